"""Folding the events of one cell into a CellHistory.

events     the fold: which event becomes which part of the history
fits       whether a value is what a type hint says
shapes     what each event holds
postings   rows of the target read as movements and usage logs, joined
"""

from harness.core.fold.events import CUT_OFF, Builder, folded

__all__ = ["CUT_OFF", "Builder", "folded"]
