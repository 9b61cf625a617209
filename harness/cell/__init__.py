"""One scenario on one path: driven, settled, observed. There is one way to do it, and every job takes it.

run        run_cell, folded: a scenario on a path, told as it goes or kept as a value
observe    the nine steps, whatever is driven: a scenario, a tick of the week, a task that is left in the queue
block      a block of code of a test, watched as a cell is
drive      the steps of a scenario on its path
held       a row that a step holds against updates
after      what goes on behind an answer, what comes later, a stack that broke
auth       who asks: the headers of each actor
ask        how one step asks: by HTTP, Celery, the target's own shell, or a role that is started
connection  how the harness connects to the target
answer     the answer as it is told: headers but those of free.toml, and the whole body
webhook    how a webhook comes in, signed
credentials  which credential a target used, by every place that holds it
intruder   what is asked for within what is one's own, for what is another's
meanwhile  somebody else writes while a provider is asked
readback   what a cell left, as the target's safe requests tell it
template   `$name` placeholders of an action, filled with arguments and seeded keys
timed      the stretches of its clock
live       a booted stack as a cell sees it; boot
"""
