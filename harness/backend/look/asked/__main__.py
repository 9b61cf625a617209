"""`python .../asked/__main__.py JOB.json` in the target's folder and environment: writes all that was found to job["out"].

job: manage (words after the interpreter), root, out, celery (pairs of a name to find the app by and who says it), database
(whether there is a migrated one).
What fails is written too, as {"failed": {...}}: see failed.py.
"""

import gc
import importlib.util
import json
import os
import sys


def main():
    gc.disable()  # what is imported stays until the end: to look for what could go costs a seventh of all
    with open(sys.argv[1], encoding="utf-8") as file:
        job = json.load(file)
    here = os.path.dirname(os.path.abspath(__file__))
    # this folder holds names that a target may have too
    sys.path[:] = [path for path in sys.path if os.path.abspath(path or os.curdir) != here]
    spec = importlib.util.spec_from_file_location(
        "harness_asked", os.path.join(here, "__init__.py"), submodule_search_locations=[here]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["harness_asked"] = package
    spec.loader.exec_module(package)
    started = importlib.import_module("harness_asked.started")
    told = started.told(job)
    with open(job["out"], "w", encoding="utf-8") as file:
        json.dump(told, file)


if __name__ == "__main__":
    main()
