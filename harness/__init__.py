"""A contract-and-characterization harness for backends that sell work for credits. docs/map.md is its map; the floors, top down:

cli, pytest_plugin                  the two ways in
jobs                                a room for each job; no room knows another
verb                                what every verb is made of
run                                 many cells: planned, driven, judged
cell | report                       one cell, driven and observed | what people and machines are told
stack                               where the target runs
backend | provider                  what is known of the backend under test | the wire
judge | store                       pure: from history to verdict | what is kept in files
core                                the words
"""

__version__ = "0.1.0"
