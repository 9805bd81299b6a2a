"""A diesel set: what it may give, what is asked of it, its fuel, engine, machine, wear and repair.

Each module declares the fields of `genset` that are its own and holds the functions that move them;
all of them run in the cell. `modes` stands below them all.
"""
