"""harness/ knows no target: no table, column, route, task, prompt, host or word of a ledger of any backend stands in it.

The names are read from the targets themselves: the reference with its overlays, and every backend of tests/targets. Of their
source (without their tests and migrations) these are names:

- every text that is one identifier of several words ("credits_used", "billing.sync", "x-api-key"), and every text that is two or more
  of them joined by slashes (a route, a path): keys of JSON, operations, choices, tasks, settings of the target's own;
- names of fields, tables, tasks and functions with several words; classes with several humps; packages; hosts of URLs;
- the beginning (BEGINNING letters) of every line of a text of three words or more: prompts, log lines, messages.

They are looked for as whole words in every .py, .toml, .html, .css and .js of harness/, comments and docstrings too. A single
word ("account", "content", "charge") is English as well, and no sentence can be held against us: it is a name only where code
would act on it, as an operand of ==, != or in, in a `case`, or as a table of SQL. There it may not be a field, a table, a
choice, a task or a kind of a target, nor a word that its [ledger] maps or that is a whole text of its source.

What is not a target's though a target says it too: media types; in harness/provider whatever the providers' own contracts say
(provider/contracted); and OURS, each with whose it is. What is no longer needed there fails.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HARNESS = ROOT / "harness"
TARGETS = {
    "reference": ROOT / "reference",
    **{
        path.name: path for path in sorted((ROOT / "tests/targets").glob("*")) if path.is_dir() and "." not in path.name
    },
}
LOOKED_THROUGH = (".py", ".toml", ".html", ".css", ".js")
BEGINNING = 28
SQL = re.compile(r'\b(?:FROM|INTO|UPDATE|JOIN|TABLE)\s+(?:\w+\.)?"?([a-z_]+)')
SEVERAL = re.compile(r"[a-z0-9]+(?:[_.-][a-z0-9_]+)+")
ROUTE = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)+")
CLASS = re.compile(r"[A-Z]+[a-z0-9]+(?:[A-Z]+[a-z0-9]*)+")
MEDIA = ("application/", "audio/", "image/", "multipart/", "text/", "video/")
HOST = re.compile(r"https?://([\w-]+(?:\.[\w-]+)+)")
WORD = re.compile(r"[a-z][a-z0-9]{2,}")
IDENTIFIER = re.compile(r"\w+")
NUMBER = re.compile(r"[\d._-]+")


@dataclass(slots=True)
class Names:
    """What a target calls things. `whole` are its own anywhere; `plain` only where code would act on them; `sentences` are
    beginnings of its texts."""

    whole: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    sentences: set[str] = field(default_factory=set)

    def add(self, name: str) -> None:
        """A name of one word is plain, one of several words is whole."""
        if NUMBER.fullmatch(name) is None:
            (self.whole if SEVERAL.fullmatch(name) or CLASS.fullmatch(name) else self.plain).add(name)


def sources(target: Path) -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted(target.rglob("*.py")):
        parts = file.relative_to(target).parts
        made = any(part.startswith((".", "__pycache__")) for part in parts)
        if not made and not {"tests", "migrations"} & set(parts) and not file.name.startswith("test"):
            yield file, ast.parse(file.read_text(encoding="utf-8"))


def docstrings(tree: ast.Module) -> set[int]:
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {id(node.body[0].value) for node in ast.walk(tree) if isinstance(node, owners) and node.body and isinstance(node.body[0], ast.Expr)}  # fmt: skip


def names_of(target: Path) -> Names:
    """Everything that the source of a target calls something; harness.toml beside it says kinds and words of its ledger."""
    found = Names()
    for file, tree in sources(target):
        *folders, last = file.relative_to(target).with_suffix("").parts
        found.whole.update(folder for folder in folders if SEVERAL.fullmatch(folder))
        inner = [
            folder for n, folder in enumerate(folders) if (target.joinpath(*folders[: n + 1]) / "__init__.py").is_file()
        ]
        if inner and last != "__init__":
            found.whole.add(".".join([*inner, last]))
        left_out = docstrings(tree)
        for node in ast.walk(tree):
            match node:
                case ast.Constant(value=str(text)) if id(node) not in left_out:
                    _text(found, text)
                case ast.ClassDef():
                    _class(found, node)
                case ast.FunctionDef() | ast.AsyncFunctionDef() if any(
                    "task" in ast.unparse(one) for one in node.decorator_list
                ):
                    found.add(node.name)
                case ast.Call(
                    func=ast.Name(id="path") | ast.Attribute(attr="path"), args=[ast.Constant(value=str(text)), *_]
                ):
                    _route(found, text)
    for described in (target.parent / f"{target.name}.harness/harness.toml", target.parent / "harness.toml"):
        if described.is_file():
            _described(found, tomllib.loads(described.read_text(encoding="utf-8")))
            break
    return found


def _text(found: Names, text: str) -> None:
    if SEVERAL.fullmatch(text) and NUMBER.fullmatch(text) is None:
        found.whole.add(text)
    elif ROUTE.fullmatch(text.strip("/")) and not text.startswith(MEDIA):
        found.whole.add(text.strip("/"))
    elif WORD.fullmatch(text):
        found.plain.add(text)
    found.whole.update(HOST.findall(text))
    for line in text.splitlines():
        if len(line.split()) >= 3 and len(line.strip()) >= BEGINNING:
            found.sentences.add(" ".join(line.split())[:BEGINNING])


def _route(found: Names, text: str) -> None:
    """The literal beginning of a route that has parameters."""
    literal = re.split(r"[<(]", text)[0].strip("^/")
    if ROUTE.fullmatch(literal):
        found.whole.add(literal)


def _class(found: Names, node: ast.ClassDef) -> None:
    """A model with its fields and table, a choice's values; other classes are its own by their name alone."""
    found.add(node.name)
    choices = any("Choices" in ast.unparse(base) for base in node.bases)
    for line in node.body:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=called)) if "models." in ast.unparse(
                called
            ):
                found.add(name)
                if re.search(r"ForeignKey|OneToOne", ast.unparse(called)):
                    found.whole.add(f"{name}_id")
            case ast.Assign(value=ast.Constant(value=str(text))) | ast.Assign(value=ast.Tuple(elts=[ast.Constant(value=str(text)), *_])) if choices:  # fmt: skip
                found.add(text)
            case ast.ClassDef(name="Meta", body=body):
                for one in body:
                    match one:
                        case ast.Assign(targets=[ast.Name(id="db_table")], value=ast.Constant(value=str(table))):
                            for part in re.findall(r"\w+", table):
                                found.add(part)


def _described(found: Names, raw: dict) -> None:
    ledger = raw.get("ledger", {})
    for kind, table in raw.get("tables", {}).items():
        said = table if isinstance(table, dict) else {}
        for name in (kind, said.get("table", ""), *said.get("active", ())):
            if name:
                found.add(name)
    for part in ("balance", "movements", "usage"):
        about = ledger.get(part, {})
        for word in (*(one for one in about.values() if isinstance(one, str)), *(one for many in about.get("types", {}).values() for one in many)):  # fmt: skip
            if re.fullmatch(r"[\w.]+", word):
                found.add(word)


def every_name() -> Names:
    every = Names()
    for found in map(names_of, TARGETS.values()):
        every.whole |= found.whole
        every.plain |= found.plain
        every.sentences |= found.sentences
    return every


def acted_on(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, text) wherever code acts on a text: it is compared, it is a case, it is a table of SQL."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=others):
                for one in (left, *others):
                    yield from _constants(one)
            case ast.MatchValue(value=value):
                yield from _constants(value)
            case ast.Constant(value=str(text), lineno=line):
                yield from ((line, table) for table in SQL.findall(text))


def _constants(node: ast.AST) -> Iterator[tuple[int, str]]:
    match node:
        case ast.Constant(value=str(text), lineno=line):
            yield line, text
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            for element in elements:
                yield from _constants(element)


def known(below: Path, names: Names) -> list[tuple[str, int, str]]:
    """(file, line, name) of each name of a target that stands in a file below."""
    words = {name for name in names.whole if IDENTIFIER.fullmatch(name)}
    joined = [(name, re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")) for name in sorted(names.whole - words)]
    found = []
    for file in sorted(
        path for path in below.rglob("*") if path.suffix in LOOKED_THROUGH and "__pycache__" not in path.parts
    ):
        where, text = file.relative_to(below).as_posix(), file.read_text(encoding="utf-8")
        here = [(name, pattern) for name, pattern in joined if name in text]
        for number, line in enumerate(text.splitlines(), 1):
            hits = [word for word in IDENTIFIER.findall(line) if word in words]
            hits += [name for name, pattern in here if pattern.search(line)]
            plain = " ".join(line.split())
            hits += [head for head in names.sentences if head in plain]
            found += [(where, number, hit) for hit in hits]
        if file.suffix == ".py":
            found += [(where, line, word) for line, word in acted_on(ast.parse(text)) if word in names.plain]
    return found


def the_providers() -> frozenset[str]:
    """What provider/contracted says: names of fields, their values, models, routes."""
    files = [path for path in sorted((HARNESS / "provider/contracted").rglob("*")) if path.suffix in (".json", ".toml")]
    said = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return (
        frozenset(re.findall(r"[\w.-]+", said))
        | frozenset(re.findall(r"\w+", said))
        | frozenset(one.strip("/") for one in re.findall(r"[\w.-]+(?:/[\w.-]+)+", said))
    )


OURS = {
    "words of our own formats (core/history.py, core/ledger.py, core/rates, docs/formats.md)": """
        account balance balance_after basic celery cents cost_usd credits daily default each failed free further
        id image kind limit line log min_credits model monthly movements name operation phase plan read request run schedule scheduled
        settle status table task text tokens tokens_cached tokens_in tokens_out tokens_per_credit total type units usage weekly""",
    "of JSON that our own processes send each other, and of what is looked up": """
        answer body cache complete database error file none refused""",
    "pytest's closing line": "errors",
    "JSON Schema's": "array items object properties",
    "Django's and DRF's": "content_type django django.contrib.admin django.contrib.auth django.contrib.sessions django.db.backends.postgresql drf_spectacular max_length rest_framework",
    "Celery's and kombu's": """
        celery_app django-db django_celery_beat exc_type global_keyprefix last_run_at max_retries priority_steps
        queue_order_strategy rate_limit routing_key task_id uuid visibility_timeout""",
    "Python's and HTTP's": "get gzip json localhost status_code utf-8-sig x-request-id",
    "the usual names of secrets": "api_key password",
    "a provider's, and named as an example": "api.openai.com api.runware.ai",
    "a provider's, which its contract here leaves out": """
        content_policy_violation gpt-4.1 gpt-4o gpt-5-mini in_progress insufficient_quota json_schema response_format revoked server_error users/me""",
}
"""Whose they are -> words that a target says too."""


LEFT_OUT = frozenset({"created_at", "gpt-image", "image_generation", "max_output_tokens"})
"""OpenAI's Responses and images, of which the contracts here hold only what the reference uses: harness/provider alone says them."""


def strangers(found: Iterable[tuple[str, int, str]], used: set[str]) -> list[str]:
    """What is nobody's but a target's, a line each. `used` gathers the words of OURS."""
    ours = {word for words in OURS.values() for word in words.split()}
    providers = the_providers() | LEFT_OUT
    left = []
    for where, line, name in found:
        if name in ours:
            used.add(name)
        elif not (where.startswith("provider/") and name in providers):
            left.append(f"{where}:{line}: {name!r} is a target's")
    return sorted(set(left))


@pytest.fixture(scope="module")
def names() -> Names:
    return every_name()


def test_no_line_of_the_harness_knows_a_target(names: Names):
    used: set[str] = set()
    found = list(known(HARNESS, names))
    assert strangers(found, used) == []
    assert LEFT_OUT - {name for where, _, name in found if where.startswith("provider/")} == set(), "nobody needs it"
    assert sorted({word for words in OURS.values() for word in words.split()} - used) == [], (
        "nobody needs it: take it out of OURS"
    )


@pytest.mark.parametrize(
    ("target", "its"),
    [
        ("reference", "igny8_core igny8_credit_usage_logs CreditUsageLog credits_used image_generation auto_cluster system/ai-models api/v1 automation.run_automation_task"),
        ("igny8_b", "igny8_tenants tenant_id GlobalIntegrationSettings idea_generation linker_version"),
        ("lingopost", "wallet lapse available_after api.deepl.com conf.worker"),
        ("shopscribe", "till_entry order_id catalog.tasks.draw api.together.xyz till_statement"),
    ],
)  # fmt: skip
def test_what_a_target_calls_things_is_read_from_it(target: str, its: str):
    """Claim: tables, columns, models, operations, routes, tasks, hosts and choices of each target are among its names."""
    found = names_of(TARGETS[target])
    assert sorted(set(its.split()) - found.whole - found.plain) == []


def test_prompts_and_log_lines_are_known_by_their_beginning():
    heads = names_of(TARGETS["reference"]).sentences
    assert any(head.startswith("You are a keyword") for head in heads)
    assert "[MIGRATION] Credit calc mism" in heads


@pytest.mark.parametrize(
    ("name", "line", "hit"),
    [
        ("a.py", "rows = db.execute('SELECT id FROM igny8_accounts')", "igny8_accounts"),
        ("a.py", "# as CreditUsageLog has it", "CreditUsageLog"),
        ("a.py", "spent = row['credits_used']", "credits_used"),
        ("a.py", "def f(row):\n    return row.quality_tier", "quality_tier"),
        ("a.py", "url = base + '/api/v1/system/ai-models/'", "system/ai-models"),
        ("a.py", "task = 'igny8_core.ai.tasks.run_ai_task'", "igny8_core.ai.tasks.run_ai_task"),
        ("a.toml", 'host = "api.deepl.com"', "api.deepl.com"),
        ("a.html", "<p>image_prompt_extraction</p>", "image_prompt_extraction"),
        ("a.py", "MARK = '[MIGRATION] Credit calc mismatch'", "[MIGRATION] Credit calc mism"),
        ("a.py", "def f(kind):\n    return kind == 'lapse'", "lapse"),
        ("a.py", "def f(kind):\n    return kind in ('usage', 'lapse')", "lapse"),
        ("a.py", "def f(kind):\n    match kind:\n        case 'lapse':\n            return 1", "lapse"),
        ("a.py", "SQL = 'SELECT available FROM ledger.wallet'", "wallet"),
    ],
)
def test_a_planted_line_is_seen(tmp_path: Path, name: str, line: str, hit: str, names: Names):
    """Claim: a name in code, comment, text or template is told with its place; a single word where code acts on it."""
    (tmp_path / name).write_text(f"\n{line}\n")
    told = strangers(known(tmp_path, names), set())
    assert any(one.endswith(f"{hit!r} is a target's") and one.startswith(f"{name}:") for one in told), told


def test_english_is_no_name(tmp_path: Path, names: Names):
    """Claim: a single word in prose, or as a key, is nobody's."""
    (tmp_path / "a.py").write_text(
        "# the wallet of a customer, who lapses\nrow = {'wallet': 1}\nprint(row['wallet'])\n"
    )
    assert known(tmp_path, names) == []
