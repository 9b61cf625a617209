"""schemathesis against the WSGI application, in the target's own process: `harness fuzz --wsgi` runs this file there.

Collected on its own it is skipped: it needs the target's environment, a database and a token, which only a stack has.
"""

import os
from collections import Counter
from pathlib import Path

import pytest

if "HARNESS_FUZZ_OPERATION" not in os.environ:
    pytest.skip("needs the target's environment: harness fuzz --wsgi", allow_module_level=True)

import schemathesis
from django.core.wsgi import get_wsgi_application
from schemathesis.config import SchemathesisConfig

application = get_wsgi_application()
schema = schemathesis.openapi.from_path(
    Path(__file__).with_name("openapi.yaml"),
    config=SchemathesisConfig.from_path(os.environ["HARNESS_FUZZ_CONFIG"]),
).include(operation_id=os.environ["HARNESS_FUZZ_OPERATION"])
schema.app = application
schema.location = "http://127.0.0.1"
seen: Counter[int] = Counter()


@schema.parametrize()
def test_endpoint(case):
    """Whatever is asked, the answer is one that the contract declares."""
    seen[case.call_and_validate().status_code] += 1


def test_success_was_seen():
    """A run in which nobody was let in has looked at no model: it would pass whatever the endpoint answers."""
    assert seen[200], f"the endpoint answered {dict(seen)} and never 200"
