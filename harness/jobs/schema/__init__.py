"""`harness schema`: what may stand in the files that people write, as JSON schemas for editors and as the page of reference.

page    docs/reference.md
data/   the schemas, for whoever wants them without running anything; harness.verb.schemas makes them
"""
