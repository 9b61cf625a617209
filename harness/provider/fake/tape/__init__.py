"""The tape: what was recorded, found again by what is asked, and given out exactly once.

canonical   the canonical key of a request: JSON, forms and other bodies, and the flaws that match nothing
match       the recordings, indexed by it
nearest     on a miss: the closest recording, the JSON paths that differ, what to do
varied      what a variation lays over an answer
answer      the bytes of an answer: echo, content-encoding, chunks of a stream
"""
