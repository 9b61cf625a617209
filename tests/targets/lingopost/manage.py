#!/usr/bin/env python
import os
import sys

if __name__ == "__main__":
    testing = sys.argv[1:2] == ["test"]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conf.testing" if testing else "conf.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
