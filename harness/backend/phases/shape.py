"""phase.toml as a shape: each key, what may stand there, and what it says."""

from __future__ import annotations

from harness.core.golden import SECTIONS
from harness.core.phase import FORMAT, RollbackKind, SchemaEffect
from harness.core.shape import Anything, Between, Each, Fixed, Key, Keys, Named, Text, Whole
from harness.core.shape.kinds import Of

_TEXT, _WHY = Text(), Key("why", Text(), "why", needed=True)
_TEXTS = Each(of=Text(), or_one=True)
_TABLE = Key("table", Text(), "the table", needed=True)
_STEPS = Key(
    "steps",
    Each(of=Text(), or_one=True, least=1, hint="write down what the plan says"),
    "what the plan says",
    needed=True,
)
_PATH = Text(
    pattern=r"(?!/)(?!.*\\)(?!(.*/)?\.{1,2}(/|$))(?!.*//)(?!.*/$).+",
    called="a plain relative path",
    hint='write "backend/shop/urls.py"',
)
_REPLACED = Each(
    of=Keys(
        keys=(
            Key("path", _PATH, "the file, below the root of phases", needed=True),
            Key(
                "sha256_before",
                Text(pattern="[0-9a-f]{64}", called="a SHA-256", hint="64 lower-case hex digits"),
                "what it was in the phase before",
                needed=True,
            ),
        )
    )
)


def _each(*keys: Key, rules: tuple[Between, ...] = ()) -> Each:
    return Each(of=Keys(keys=keys, rules=rules))


_EXPECT = Keys(
    keys=(
        Key(
            "schema",
            _each(
                Key("change", Text(choices=tuple(map(str, SchemaEffect))), "what becomes of the columns", needed=True),
                _TABLE,
                Key(
                    "columns",
                    Named(
                        of=_TEXT, least=1, name="COLUMN", hint='name each column with its type: { tokens = "integer" }'
                    ),
                    "each column with its type",
                    needed=True,
                ),
                Key("unique", _TEXTS, "those that are unique together"),
            ),
            "columns that come, go or change",
        ),
        Key(
            "data",
            _each(
                _TABLE,
                Key("columns", _TEXTS, "the columns that change", needed=True),
                Key("rows", Text(), "which rows", needed=True),
                _WHY,
                Key("key", Text(), "the column that `values` tells rows by"),
                Key(
                    "values",
                    Named(of=Named(of=Anything(), name="COLUMN"), name='"KEY"', hint='key = "name"'),
                    "what must stand in a row afterwards",
                ),
                rules=(Between(how=Of.FIRST_NEEDS_REST, keys=("values", "key"), hint='key = "name"'),),
            ),
            "rows that change",
        ),
        Key(
            "api",
            _each(
                Key("change", Text(choices=("added", "removed", "changed")), "what becomes of it", needed=True),
                Key("method", Text(choices=("GET", "POST", "PUT", "PATCH", "DELETE")), "its method", needed=True),
                Key("path", Text(), "its path", needed=True),
                _WHY,
            ),
            "routes that come, go or answer otherwise",
        ),
        Key(
            "golden",
            _each(
                Key("operations", _TEXTS, "of which operations", needed=True),
                Key(
                    "parts",
                    Each(of=Text(choices=tuple(SECTIONS)), or_one=True),
                    "which parts of a golden are others",
                    needed=True,
                ),
                Key("how", Text(), "how", needed=True),
                _WHY,
                Key("models", _TEXTS, "with which models; left out, with all"),
                Key(
                    "credits_each",
                    Named(of=Whole(), name='"MODEL"', hint='{ "some-model" = 5 }'),
                    "what one costs from here on",
                ),
            ),
            "outcomes that are others from here on",
        ),
        Key(
            "log",
            _each(
                Key("text", Text(), "what it says", needed=True),
                Key("level", Text(choices=("DEBUG", "INFO", "WARNING", "ERROR")), "at which level", needed=True),
                Key("appears", Text(choices=("must", "may", "never")), "whether", needed=True),
                Key("when", Text(), "when", needed=True),
            ),
            "lines of the log",
        ),
    )
)
SHAPE = Keys(
    keys=(
        Key(
            "format",
            Fixed(FORMAT, f"this harness reads format = {FORMAT} only"),
            "the format of this file",
            needed=True,
        ),
        Key("number", Whole(), "the phase: the number that the folder's name begins with", needed=True),
        Key("title", Text(), "what it is called", needed=True),
        Key("why", Text(), "why it is made", needed=True),
        Key("adds", Each(of=_PATH, or_one=True), "files that come", needed=True),
        Key("replaces", _REPLACED, "files that are others", needed=True),
        Key("removes", _REPLACED, "files that go", needed=True),
        Key("notes", _TEXTS, "what else is worth knowing"),
        Key("settings", Named(of=Text()), "environment from this phase on"),
        Key("expect", _EXPECT, "what it may change, and therefore must"),
        Key("verification", Keys(keys=(_STEPS,)), "how it is verified", needed=True),
        Key(
            "rollback",
            Keys(
                keys=(
                    Key("kind", Text(choices=tuple(map(str, RollbackKind))), "how", needed=True),
                    _STEPS,
                    Key(
                        "to",
                        Named(of=Text(), name="APP"),
                        "of kind `migrate`: the migration that each app goes back to",
                    ),
                )
            ),
            "how it is taken back",
            needed=True,
        ),
    )
)
