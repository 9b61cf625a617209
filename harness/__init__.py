"""The IGNY8 contract-and-characterization harness. docs/map.md is its map; the layers, top down:

cli | run, report | stack, driver, nemesis, provider, store | checker | core
"""

__version__ = "0.1.0"
