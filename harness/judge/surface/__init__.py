"""The surface of a cell: everything that was observed of it beyond its credits, as lines of text that two runs share.

names   what rows, tokens and secrets are called, wherever they appear
times   a time as a relation to the cell's own
lines   events as lines
locked  the check
difference  how two surfaces differ, told so that cells can be grouped by it
"""
