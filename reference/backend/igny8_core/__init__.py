"""IGNY8: AI content work, sold for credits.

auth       accounts, users, sites, sectors, API tokens
business   planning, content, billing, automation, linking, optimization, publishing
modules    settings of the system and of an account
ai         engine, providers, prompts, one module a function, Celery tasks
api        the HTTP surface, /api/v1/
"""

from igny8_core.celery import app as celery_app

__all__ = ["celery_app"]
