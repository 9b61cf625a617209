"""`harness stack`: a stack for hand work: it stands in the background until it is taken down.

place       its folder and lock: whether it is up, killed or not there
line        its control socket, and what is asked there
world       what is seeded, the tokens that lead to it, the lines that can be typed
stand       what stands: seeding, resetting, telling
shell       the target's shell in it, both ends
supervisor  the process that boots it and serves
values      where everything is, who may log in, what can be typed
manage/     `harness manage`: one manage.py command in a disposable stack
"""
