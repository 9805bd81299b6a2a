"""What a site bus is made of at milliseconds.

`transfer` is the switch to the bus outside: detection, opening, coming back. `angles` and `swing`
are the island behind it, up to 2 ms and above; `books` counts what was served and what was not.
"""
