"""Tests of the backend: `python manage.py test igny8_core`."""
