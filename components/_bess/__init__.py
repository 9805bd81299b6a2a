"""What `bess` and `bess_cell` share, and the parts of the latter: cell, cabinet, ageing.

No type of a topology.
"""
