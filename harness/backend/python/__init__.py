"""The interpreter that runs the target, as target.python says it: the harness's own, another one, a venv, or requirements
files that are installed into a venv kept for them.

interpreter   which one it is, and what is installed there
named         the keys of harness.toml that say it
requirements  what requirements files say, with all that they include
frozen        what moves its clock, in a folder of its own
venv          a venv made of them once, found again by content
"""
