"""What runs in a zygote: the target's interpreter imports what its roles share once, and forks each role from there.

`python .../forker/__main__.py SOCKET`, in the target's folder and environment, is asked over SOCKET (an end of a socket pair
of datagrams, JSON each):

    {"join": {"root", "path"}} + a log and namespaces   started outside: go over into an island; answer {"pid"} there, or {"why"} it cannot, and end
    {"load": {"manage", "modules"}}   import the target up to django.setup(); answer {"why": ""} or why it cannot be forked
    {"fork": {"name", "words", "env", "numbers"}} + descriptors   answer {"pid"}, or {"stale": file} where a source has changed since
    {"wait": pid}                     the exit status of a role that has ended, as os.waitpid gives it; until then it is a
                                      zombie, so that nobody else gets its pid

The Celery app is never finalized here: what a worker's command line says would come too late. A role that turns out to
want other settings than those that were loaded is started anew from its command line, in the same process. Standard
library only, for Python 3.8 and later; what is imported of Celery, Django and gunicorn is the target's own.

serve     the requests, one after the other
load      the target, as its manage.py begins
join      into an island
further   installed modules that its tasks and routes import
shared    whether what was loaded can be shared between processes
role      what a fork becomes
"""

SETTINGS = "DJANGO_SETTINGS_MODULE"
HIGH = 400
"""Descriptors on their way to a role stand from here on, out of the way of what the target has opened."""
