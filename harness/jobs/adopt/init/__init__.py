"""`harness init`: from a bare checkout to a harness.toml, first scenarios, and a first green run.

places    lines of [target.env]: where the stack is
describe  what stands in the checkout, as harness.toml has it: looked at again until nothing is missing
world     a first world, made of the models alone
filled    what a column of it holds
press     what can be pressed, and who presses it
traffic   what somebody else presses, as scenarios
explore   each of them pressed in a stack, until something costs
says      what the simulator says meanwhile; where it was needed it is written as answers.py
texts     the files, as text
driven    recorded, driven, accepted, driven again
told      what came of a way, as its cell shows it
noise     what differs though nothing changed
"""
