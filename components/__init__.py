"""The devices: one file each, its name the type in a topology."""
