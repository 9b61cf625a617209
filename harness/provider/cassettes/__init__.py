"""Cassettes: recorded traffic in vcrpy's YAML format, with provenance.

folder     which files of a folder are cassettes, and what nobody reads
read       a file of any dialect -> core.cassette.Cassette
syntax     the bytes of a file -> plain values
bodies     a body as a recorder wrote it -> the bytes behind every encoding
dialects   one raw interaction of vcrpy's dialects -> a core Interaction
har        HTTP archives, imported as cassettes
write      a Cassette -> vcrpy v1 YAML that stock vcrpy replays
digest     the canonical form of interactions, its hash, and the cached parsed form
scrub, scan, lint, drift   what may be committed, and what changed;  scan_layers: every decoding that the scan undoes; scan_rules: keys by their shape
origin     whether an answer is the simulator's own
show       a cassette for a person
"""

from harness.provider.cassettes.digest import interactions_sha256
from harness.provider.cassettes.read import read
from harness.provider.cassettes.write import write

__all__ = ["interactions_sha256", "read", "write"]
