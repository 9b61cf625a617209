"""What there is to press, and who presses it: routes, tasks, commands and services of a target, and what they seem to want.

asked    sent to the target's shell: what its views read, how it knows a caller
byhand   commands with their arguments, and service functions that charge
handy    what of them is asked in the target's shell
callers  who asks, and how that is shown
ways     what can be pressed, and with what
"""
