"""Direct service calls, in this interpreter: what console.py does in a `manage.py shell`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from harness.stack.inprocess import voices
from harness.stack.roles import clockhook


class Shell:
    """`call` runs code and returns {"ok", "value"} or {"ok", "error", "message"}, as harness.stack.roles.console.Console does."""

    def call(self, code: str, timeout_s: float = 0) -> Mapping[str, Any]:
        """The target's exceptions come back as data. Nothing times out here: a debugger may be waiting inside."""
        scope: dict[str, Any] = {"__name__": "console"}
        if clockhook.NAME in sys.modules:
            clockhook.follow()
        with voices.speaking("console"):
            try:
                exec(code, scope)
            except Exception as error:
                return {"ok": False, "error": type(error).__name__, "message": str(error)}
        value: Mapping[str, Any] = json.loads(json.dumps({"ok": True, "value": scope.get("result")}, default=str))
        return value

    def close(self) -> None:
        """Nothing runs beside the caller."""
