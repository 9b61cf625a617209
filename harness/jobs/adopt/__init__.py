"""The first hour with a backend.

init/    `harness init`: from a bare checkout to a first green run
doctor/  `harness doctor`: everything that is missing or wrong, all at once, each with its mend
"""
