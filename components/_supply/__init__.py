"""The power path ahead of an IT room: ride-through curves, what it draws, what follows what.

Functions of `it_load`, which declares all fields. All of them run in the cell.
"""
