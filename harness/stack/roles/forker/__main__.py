"""Started by path: the package is loaded under a name that no target has, and leaves no folder on sys.path."""

import importlib.util
import os
import socket
import sys


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    spec = importlib.util.spec_from_file_location(
        "harness_forker", os.path.join(here, "__init__.py"), submodule_search_locations=[here]
    )
    package = importlib.util.module_from_spec(spec)
    sys.modules["harness_forker"] = package
    spec.loader.exec_module(package)
    role = importlib.import_module("harness_forker.role")
    serve = importlib.import_module("harness_forker.serve")
    role.begin_path(os.getcwd())
    role.run(serve.until_forked(socket.socket(fileno=int(sys.argv[1]))))


if __name__ == "__main__":
    main()
