"""What differs between two versions of a target's sources, and who can notice it.

source   of a module: its top, its classes, its functions
blocks   of a function: the smallest blocks that decide who notices
users    who names what stands at the top of a module
"""
