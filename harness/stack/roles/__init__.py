"""The target's own programs, whatever the tier.

environment   what a role sees
child         one process: spawn, wait until, stop;  threads   what those of a process are at
logs          what it says
answering     a role is up once it answers at its port;  laps   what took how long until then
files         where it keeps files of its own;  written   which ones there are
console       the target's own shell, kept open
orm           rows that the target's models and factories make, through it
clock         how far the cell's clock is ahead;  clockhook   what follows it in the target's processes
trace         which code ran, where a run asks for it;  tracehook   what notes it in the target's processes
zygote        one process that has loaded the target, from which roles are forked;  forker   what runs in it
sender        messages through the target's own Celery app, and what its workers hold
"""
