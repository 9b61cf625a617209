"""The variation generator: a seeded world made into one that tells more apart, from the catalogue of whatever database it is.

catalogue  which tables are varied, and what each column may become
values     what a value becomes: pure
rows       laid over every row
edit       one setting, in every row
twin       an older look-alike of a tenant
crowd      many more of each kind of row
moved      whoever asks, moved over to the twin
meanwhile  somebody else writes while a provider is asked, or when the target waits for a row

lay        what a variation (harness.core.variation) says of rows, on every database of a stack

What it says of answers is the fake's.
"""

from harness.stack.vary.lay import Known, Laid, lay
from harness.stack.vary.meanwhile import BOUGHT, Writer, holders, writer
from harness.stack.vary.moved import Move

__all__ = ["BOUGHT", "Known", "Laid", "Move", "Writer", "holders", "lay", "writer"]
