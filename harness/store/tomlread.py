"""Reading our TOML files strictly: one line of what is wrong, unknown keys with the nearest known one."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.core.errors import HarnessError, did_you_mean
from harness.core.shape import Kind
from harness.core.shape.held import Words, refusals

OF_HARNESS_TOML = "config"
"""The family of errors in whose messages a table stands in brackets."""
SHOWN = "docs/reference.md shows every key"


@dataclass(frozen=True, slots=True)
class Strict:
    """Reads values of one file. `family` begins the codes: <family>-missing, -syntax, -unknown-key, -value."""

    name: str
    family: str

    def load(self, path: Path) -> dict[str, Any]:
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise HarnessError(
                f"no file {path}", hint="is the checkout complete?", code=f"{self.family}-missing"
            ) from None
        except OSError as error:
            raise HarnessError(
                f"{path} cannot be read: {error.strerror}",
                hint="it must be a file that whoever runs this may read",
                code=f"{self.family}-missing",
            ) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise HarnessError(
                f"{self.name} is not valid TOML: {error}",
                hint="mend that line; docs/formats.md shows the format",
                code=f"{self.family}-syntax",
            ) from None

    def held(self, value: Any, shape: Kind, *, where: str = "", top: str = "the file") -> Any:
        """`value`, which is what `shape` says, and all below it. `where` is its place in the file, `top` what the whole of it is called."""
        words = Words("[top level]", "[{}]".format) if self.family == OF_HARNESS_TOML else Words(top)
        for one in refusals(shape, value, words, where):
            code = f"{self.family}-unknown-key" if one.unknown else f"{self.family}-value"
            raise HarnessError(f"{self.name}: {one.message}", hint=one.hint or SHOWN, code=code)
        return value

    def wrong(self, message: str, hint: str = "docs/formats.md shows the format") -> HarnessError:
        return HarnessError(f"{self.name}: {message}", hint=hint, code=f"{self.family}-value")

    def table(self, where: str, value: Any, required: Iterable[str], optional: Iterable[str] = ()) -> dict[str, Any]:
        """A table that has every required key and no unknown one."""
        required, optional = tuple(required), tuple(optional)
        if not isinstance(value, dict):
            raise self.wrong(f"{where} must be a table, not {value!r}")
        for key in value:
            if key not in required + optional:
                raise HarnessError(
                    f"{self.name}: unknown key '{key}' in {where}",
                    hint=did_you_mean(key, required + optional),
                    code=f"{self.family}-unknown-key",
                )
        for key in required:
            if key not in value:
                raise self.wrong(f"{where} lacks '{key}'")
        return value

    def text(self, where: str, value: Any) -> str:
        if not isinstance(value, str):
            raise self.wrong(f"{where} must be text, not {value!r}", "put it in quotes")
        return value

    def whole(self, where: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong(f"{where} must be a whole number, not {value!r}")
        return value

    def texts(self, where: str, value: Any) -> tuple[str, ...]:
        """A text, or a list of texts."""
        items = value if isinstance(value, list) else [value]
        return tuple(self.text(where, item) for item in items)

    def phases(self, where: str, value: Any) -> tuple[int, int]:
        """ "0..3" or "4", inclusive."""
        text = self.text(where, value)
        low, dots, high = text.partition("..")
        ends = (low, high if dots else low)
        if not all(end.isdigit() and len(end) == 1 and int(end) <= 7 for end in ends) or ends[0] > ends[1]:
            raise self.wrong(f"{where} {text!r} is not a range of phases", 'write "0..3" or "4"; phases are 0 to 7')
        return int(ends[0]), int(ends[1])
