"""What converters and machines that form a bus have in common, and the controls of a converter.

`emf` is shared by both; `swing`, `voltage` and `relays` are of a forming converter.
"""
