"""`harness init`: from a bare checkout to a harness.toml, first scenarios, and a first green run.

describe  what stands in the checkout, as harness.toml has it: looked at again until nothing is missing
world     a first world, made of the models alone
filled    what a column of it holds
asked     sent to the target's shell: what its views read, how it knows a caller
byhand    commands with their arguments, and service functions that charge
handy     what of them is asked in the target's shell
callers   who asks, and how that is shown
ways      what can be pressed, and with what
explore   each of them pressed in a stack, until something costs
says      what the simulator says meanwhile; where it was needed it is written as answers.py
texts     the files, as text
driven    recorded, driven, accepted, driven again
noise     what differs though nothing changed
"""
