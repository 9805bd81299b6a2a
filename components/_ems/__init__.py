"""What the energy managements of a site share."""
