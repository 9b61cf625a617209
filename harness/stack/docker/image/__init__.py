"""The image of the docker tier: one for every role.

base        the image below: official, or made with mmdebstrap
wheels      packages resolved for the image's Python
build       base, wheels, harness code, target code: `provide(...)` finds or builds it
"""
