"""What runs in the target's own interpreter: standard library only, Python 3.8 on, and the target's own Django and Celery.

Started as a script by harness.backend.look.ask, and not imported by the harness but for `packages`: it stands on a path of
its own, so that the target's interpreter needs nothing of the harness. Each module answers a part of harness.backend.look's values.

started     runs the target's manage.py, in whose place the looking begins
failed      what an exception says to somebody who does not know the harness
names       dotted names, own or installed, values as text
servers     where databases, caches and brokers are; no secret
settings    settings, apps
models      models, fields, keys
urls        the URL conf as templates
views       what a route's view takes and asks of its caller
migrations  migrations on disk, commands
celery_app  the app, found as Celery finds it
celery_conf its configuration and queues
tasks       its tasks
beat        its schedule
runtime     interpreter, packages, sources from elsewhere
packages    what is installed for an interpreter; a script of its own, too
"""
