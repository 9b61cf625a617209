"""The phases of the target's migration.

manifest   phase.toml: what a phase declares
shape      what may stand in it
tree       a phase's tree: the backend with the overlays up to there
changes    CHANGES.diff: a phase as a reader sees it
comparing  which phases calculate twice, and whose prices they look forward to
"""
