"""What a converter on a grid is made of, a group of its fields and their functions in each file.

Every file declares fields in a class of its own, of which the converter is made, and advances them
in functions of that class. All of them run in the cell.
"""
