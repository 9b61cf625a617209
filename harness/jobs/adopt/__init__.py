"""The first hour with a backend.

doctor/  `harness doctor`: everything that is missing or wrong, all at once, each with its mend
"""
