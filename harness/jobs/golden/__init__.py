"""`harness golden`: compare a run with the goldens, or accept what it showed. run: accepting, with a reason; deviating: as a deviation; beyond: surfaces; noise: what two runs have otherwise."""
