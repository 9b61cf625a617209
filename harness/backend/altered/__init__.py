"""What differs between two versions of a target's sources, and who can notice it.

source   of a module: its top, its classes, its functions
blocks   of a function: the smallest blocks that decide who notices
keepers  which functions a process may keep the results of: a later cell then runs nothing of them
users    who names what stands at the top of a module
"""
