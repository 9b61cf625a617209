"""Looking at a target: asked once, in its own interpreter, and read by every other part as values of harness.core.look.

asked/      what runs in the target's interpreter (standard library only, Python 3.8 on)
question    what is asked, and of whom: told by harness.toml
declared    what a target declares, as lines
ask         starts it, and refuses by name what cannot be imported
catalogue   asks a migrated PostgreSQL
read        JSON -> values
cache       found again by content: the target's tree, its environment, interpreter and packages
"""
