"""The target's settings, with drf-spectacular beside its apps. Chosen by DJANGO_SETTINGS_MODULE, in a stack only.

HARNESS_TARGET_SETTINGS names the target's own module; nothing of its tree is changed.
"""

import importlib
import os

_target = importlib.import_module(os.environ["HARNESS_TARGET_SETTINGS"])
globals().update({name: value for name, value in vars(_target).items() if name.isupper()})

INSTALLED_APPS = [*_target.INSTALLED_APPS, "drf_spectacular"]
REST_FRAMEWORK = {
    **getattr(_target, "REST_FRAMEWORK", {}),
    "DEFAULT_SCHEMA_CLASS": "harness.jobs.contracts.inside.described.Schema",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "generated",
    "VERSION": "0",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_NO_READ_ONLY_REQUIRED": False,
    "ENUM_NAME_OVERRIDES": {},
    "PREPROCESSING_HOOKS": ["harness.jobs.contracts.inside.described.contracted_only"],
    "POSTPROCESSING_HOOKS": ["harness.jobs.contracts.inside.described.as_answered"],
    "DISABLE_ERRORS_AND_WARNINGS": False,
}
