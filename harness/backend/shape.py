"""harness.toml as a shape: each key, what may stand there, and what it says. description.py reads what is of this shape."""

from __future__ import annotations

from harness.backend import ledger, providers, reachable, tables
from harness.backend.roles import described
from harness.core.config import KEEP, TIMES, WAYS
from harness.core.phase import LAST
from harness.core.shape import Anything, Between, Each, Fixed, Flag, Key, Keys, Named, Number, Text, Whole
from harness.core.shape.kinds import Of

FORMAT = 1
MOST_WORKERS = 32
_TEXTS = Each(of=Text(), hint='write ["one", "two"]')
_ENV = Named(of=Text(), called="names to texts", hint="put each value in quotes")
_BODY = Named(of=Anything())

TARGET = Keys(
    keys=(
        Key("root", Text(), "folder of the backend, beside this file: the one that holds `manage.py`", needed=True),
        Key("name", Text(), "what runs call it; left out, the folder of harness.toml"),
        Key("python", Each(of=Text(), or_one=True, least=1, hint='name one interpreter or venv, or ["one.txt", "two.txt"]'), "what runs the target: an interpreter, a venv's folder, or requirements files; left out, `requirements.txt` in `root`, and without that the harness's own interpreter"),
        Key("requires", Text(pattern=r"(3\.\d+)?", called="a version of Python", hint='write "3.12"'), 'the Python that requirements are installed for (`"3.12"`); left out, the harness\'s'),
        Key("app", Text(), "the Celery app as `celery -A` takes it; left out, as `harness look` finds it"),
        Key("manage", _TEXTS, 'how `manage.py` is called; left out, `["{python}", "manage.py"]`'),
        Key("migrate", _TEXTS, "how the database is made; left out, `manage`, then `migrate --no-input -v 0`"),
        Key("tests", _TEXTS, 'how its own tests are run, `["{python}", "-m", "pytest"]`; left out, pytest where `root` sets it up, else `manage`, then `test --no-input`'),
        Key("databases", Each(of=Text(pattern="[a-z][a-z0-9_]{0,40}", called="an alias of DATABASES", hint="small letters, digits and _"), least=1, hint='write "default" first'), 'aliases of DATABASES that the stack shall have, `"default"` first and alone where this is left out; another is migrated with `--database ALIAS` and is `{db_name_ALIAS}`'),
        Key("env", _ENV, "environment of every role, with `{db_host}` and the like filled in. Made-up keys of the providers that are there stand in it unless it says otherwise"),
        Key("inprocess_env", _ENV, "what `env` has otherwise in the inprocess tier"),
        Key("phase", Whole(least=0, most=LAST, called="a phase", hint=f"phases are 0 to {LAST}"), "the phase that is driven unless the command line names one"),
        Key("markers", _TEXTS, "log texts that are kept as evidence"),
        Key("comparison", Text(), "how it logs a charge that its old and its new price tell apart: text with `{operation}`, `{old}` and `{new}`; left out, it logs none"),
        Key("writes", _TEXTS, "folders and files below `root` that it writes while it runs; left out, none (docs/isolation.md)"),
        Key("sees", _TEXTS, "what it reads beside its checkout and its interpreter, relative to `root` (docs/isolation.md)"),
        Key("id_ranges", Flag(), "true: each table's keys are of a range of its own, 700,000,000 + k x 1,000,000, and so known wherever they stand"),
    )
)  # fmt: skip

HARNESS = Keys(
    keys=(
        Key("scenarios", Text(), "folder of the scenarios; left out, `scenarios`"),
        Key("cassettes", Text(), "folder of the recordings; left out, `cassettes`"),
        Key("contracts", Text(), "folder of the contracts; left out, `contracts`. What providers speak comes with the harness; `contracts/providers` is read in its place"),
        Key("rates", Text(), "the rate card; left out, `contracts/rates.toml` or `rates.toml`"),
        Key("answers", Text(), "what the simulator says, a Python file or a folder with `__init__.py`; left out, `answers.py` (docs/simulator.md)"),
        Key("settle_timeout_s", Number(called="a time", hint="give seconds above 0"), "seconds until a stack that does not come to rest fails the cell; left out, 30"),
        Key("time", Text(choices=TIMES, hint='take it out, or write "real"'), "`jumps` (the default): where a cell only waits for what is due later, its clock goes there; `real`: it waits"),
        Key("surfaces", Text(choices=("locked",), hint='write "locked", or take it out'), "`locked`: there must be surfaces (docs/surfaces.md)"),
        Key("keep", Whole(least=0, called="a number of runs", hint="20, or 0 to keep all"), f"how many of the newest runs stay, beside those that something still needs (docs/formats.md, Runs); 0: all; left out, {KEEP}"),
        Key("zygote", Flag(), "false: every role starts cold; left out, roles are forked from a process that has loaded the target (docs/zygote.md)"),
    )
)  # fmt: skip

DOCKER = Keys(
    keys=(
        Key("base", Text(pattern=".+", called="the name of an image", hint='write "auto", "bootstrap" or a name'), "`auto`, `bootstrap`, or the name of an image with Python"),
        Key("requirements", Text(pattern=".+", called="a file", hint="name one, beside harness.toml"), "the target's packages in the image; left out, those of `target.python`"),
        Key("workers", Whole(least=1, most=MOST_WORKERS, called="a number of workers", hint=f"1 to {MOST_WORKERS}"), "containers for each role that takes tasks"),
    )
)  # fmt: skip

AUTH = Keys(
    keys=(
        Key("header", Text(pattern=r"(?=.*:).*\{token\}.*", called="a header", hint='write "Name: scheme {token}"'), "what a token is sent in; left out, `Authorization: Bearer {token}`"),
        Key("column", Text(), "the column of the actor's row that holds the token"),
        Key("mint", Text(), "code for the target's shell that makes one: `$actor` is the row's key, `result` the token or a table of headers"),
        Key(
            "login",
            Keys(keys=(Key("url", Text(), "where", needed=True), Key("body", _BODY, 'what is sent; `"$email"` is a column of the actor\'s row', needed=True), Key("token", Text(), "the path to the token in the answer", needed=True))),
            "a JSON login that answers with a token",
        ),
        Key(
            "session",
            Keys(keys=(Key("url", Text(), "where", needed=True), Key("body", _BODY, "what is sent", needed=True), Key("json", Flag(), "true: as JSON, and not as a form"))),
            "a login that sets a cookie; CSRF as Django has it",
        ),
        Key("basic", Keys(keys=(Key("user", Text(), "who", needed=True), Key("password", Text(), "and its password", needed=True))), "HTTP basic authentication"),
        Key("cookie", Text(), "of a session: its cookie; left out, `sessionid`"),
        Key("csrf_cookie", Text(), "of a session: the cookie with the CSRF token; left out, `csrftoken`"),
        Key("csrf_header", Text(), "of a session: the header that it is sent in; left out, `X-CSRFToken`"),
    ),
    rules=(Between(how=Of.AT_MOST_ONE, keys=WAYS, hint="a credential comes from one place: keep one of them"),),
)  # fmt: skip

PHASES = Keys(
    keys=(
        Key("root", Text(), "the folder that phases are laid over; `target.root` lies in it"),
        Key("overlays", Text(), "the folder of `N_name/phase.toml`"),
    )
)

HARNESS_TOML = Keys(
    keys=(
        Key("format", Fixed(FORMAT, f"this harness reads format = {FORMAT} only"), "the format of this file", needed=True),
        Key("target", TARGET, "the backend, and how it runs", needed=True),
        Key("harness", HARNESS, "where what belongs to the harness stands, and how it runs"),
        Key("providers", providers.SHAPE, "who speaks at which host, and as what. OpenAI and Runware speak at their public hosts without a line (`openai = false`: not there). Short, where a kind says it all: `\"host\" = \"kind\"`"),
        Key("roles", described.SHAPE, "the programs of the target. `web`, `worker` and `beat` are there without being named; `worker = false` goes without"),
        Key("tables", tables.SHAPE, "what looking finds is called or held otherwise. `KIND = \"Model\"` where only the name is another; `KIND = false`: not watched"),
        Key("ledger", ledger.SHAPE, "where the money stands, as it is"),
        Key("auth", AUTH, "how a caller shows who it is. Without it the scenario gives tokens, and a target with SimpleJWT makes them itself"),
        Key("free", Named(of=Text(), name='"ENTRY"', called="names to texts", hint="put each value in quotes"), "what is not looked at beyond credits: `\"table.column\"` and other places (docs/formats.md), each with why"),
        Key("reach", reachable.SHAPE, "which code need not be reached (docs/reach.md)"),
        Key("docker", DOCKER, "the docker tier"),
        Key("phases", PHASES, "the phases of a migration"),
    )
)  # fmt: skip
