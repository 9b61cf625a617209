"""The surface of a cell: everything that was observed of it beyond its credits, as lines of text that two runs share.

tokens  what a target makes up, told from words;  said: what others than it made
logged  records and tracebacks without numbers and folders
told    values, each with its place, without what is free;  freed: entries of [free] that free nothing
names   what rows, tokens and secrets are called, wherever they appear
times   a time as a relation to the cell's own
lines   events as lines
locked  the check
target  what the target declares, held to what is locked as if it were a scenario
difference  how two surfaces differ, told so that cells can be grouped by it
"""
