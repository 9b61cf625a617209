"""Ways in from outside.

forward    connections carried from a socket that was made outside
terminal   a command of the stack at a terminal far away
wire       frames on a stream
"""
