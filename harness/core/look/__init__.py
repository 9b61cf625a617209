"""What is found by looking at a target, as values: harness.backend.look makes them.

values     `Look`, the whole of it, and the runtime
django     settings, models, routes, migrations, commands
celery     the app's configuration, tasks, queues, schedule
versions   what harness and target ran with, as a run's record holds it
database   a database's own catalogue
"""
