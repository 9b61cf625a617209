"""The target is started as its own manage.py starts it; where Django would take the command, the looking begins."""

import os
import runpy
import sys

from . import celery_app, celery_conf, failed, migrations, models, runtime, settings, urls

FORMAT = 2


class Stage:
    """What is being done, for whoever reads that it failed; and sys.path before manage.py runs."""

    now = "starting manage.py"
    path = ()


def told(job):
    """All that was found, or {"failed": ...}."""
    found = {}
    try:
        _started(job, lambda: found.update(_looked(job)))
    except BaseException as error:  # a target may also leave by SystemExit
        if not found:
            return {"failed": failed.described(error, Stage.now, job["root"])}
    if not found:
        return {"failed": failed.silent(job["manage"])}
    return found


def _started(job, look):
    """Run the target's manage.py up to where it gives its command to Django; another `manage` is taken as django-admin."""
    words = list(job["manage"])
    sys.argv = [*(words[-1:] or ["manage.py"]), "check"]
    management = _management()
    if words and words[-1].endswith(".py"):
        script = os.path.abspath(words[-1])
        sys.path.insert(0, os.path.dirname(script))
        _also_here()
        management.ManagementUtility.execute = lambda self: look()
        Stage.path = tuple(sys.path)
        runpy.run_path(script, run_name="__main__")
    elif len(words) > 1 and words[-2] == "-m" and words[-1] != "django":
        sys.path.insert(0, os.getcwd())
        management.ManagementUtility.execute = lambda self: look()
        runpy.run_module(words[-1], run_name="__main__", alter_sys=True)
    else:
        sys.path.insert(0, os.getcwd())
        look()


def _management():
    # imported before manage.py runs: that is what it would import first itself
    import django.core.management

    return django.core.management


def _also_here():
    """`celery -A` puts the folder it was started in on the path."""
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())


def _looked(job):
    import django
    from django.utils import log

    # nothing that is looked at may open the target's log files
    log.configure_logging = lambda *_: None
    root = job["root"]
    Stage.now = "importing settings"
    added = runtime.added(root, Stage.path)
    said = settings.told()
    Stage.now = "loading apps"
    django.setup()
    Stage.now = "reading models"
    answer = {
        "settings": said,
        "apps": settings.apps(root),
        "models": models.told(root),
    }
    Stage.now = "importing the URL conf"
    answer["routes"] = urls.told(root)
    Stage.now = "importing migrations"
    answer["migrations"] = migrations.told(root)
    answer["commands"] = migrations.commands(root)
    Stage.now = "finding the Celery app"
    app = celery_app.found(job["celery"], root)
    Stage.now = "importing Celery's tasks"
    celery = None if app is None else celery_conf.told(app, root, job["database"])
    Stage.now = "reading installed packages"
    return {
        "format": FORMAT,
        "runtime": dict(runtime.told(root), added=added),
        "django": answer,
        "celery": celery,
        "databases": {},
    }
