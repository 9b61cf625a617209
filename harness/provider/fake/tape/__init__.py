"""The tape: what was recorded, found again by what is asked, and given out exactly once.

match       the canonical key of a request, and the recordings that are indexed by it
nearest     on a miss: the closest recording, the JSON paths that differ, what to do
answer      the bytes of an answer: echo, content-encoding, chunks of a stream
"""
