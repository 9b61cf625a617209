"""Reading harness.toml: once, strictly.

Unknown keys fail with "did you mean"; every error names the key and the file. docs/formats.md shows the file with every
key.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from harness.backend import freed, ledger, providers, reachable, tables
from harness.backend.python import named
from harness.backend.roles import described
from harness.core.config import COMPARED, JUMPS, TIMES, WAYS, Auth, Config, marker
from harness.core.errors import HarnessError, did_you_mean

FORMAT = 1
RATES = ("contracts/rates.toml", "rates.toml")
"""Where the rate card is unless harness.toml says so: the first that is there."""
_ALIAS = re.compile(r"[a-z][a-z0-9_]{0,40}")


def load(path: Path) -> Config:
    """Read harness.toml. Raises HarnessError config-missing, config-syntax, config-unknown-key, config-value."""
    return of_document(path, document(path))


def of_document(path: Path, raw: dict[str, Any]) -> Config:
    """What `document` gave, as a value; `path` is where it stands. Raises config-unknown-key, config-value."""
    return _Reader(path).config(raw)


def document(path: Path) -> dict[str, Any]:
    """harness.toml as it stands. Raises HarnessError config-missing, config-syntax."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise HarnessError(
            f"no harness.toml at {path}",
            hint="run from the project's folder, or name the file with --config",
            code="config-missing",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise HarnessError(
            f"cannot read {path}: {error}", hint="the file must be readable UTF-8 text", code="config-missing"
        ) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise HarnessError(
            f"{path.name} is not valid TOML: {error}",
            hint="mend that line; docs/formats.md shows the file with every key",
            code="config-syntax",
        ) from None


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path

    def fail(self, message: str, hint: str, code: str = "config-value") -> HarnessError:
        return HarnessError(f"{self.path.name}: {message}", hint=hint, code=code)

    def known(
        self, where: str, table: Any, required: tuple[str, ...], optional: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        if not isinstance(table, dict):
            raise self.fail(f"[{where}] must be a table", "see docs/formats.md, harness.toml")
        for key in table:
            if key not in required + optional:
                raise self.fail(f"unknown key '{key}' in [{where}]", did_you_mean(key, required + optional), "config-unknown-key")  # fmt: skip
        for key in required:
            if key not in table:
                raise self.fail(f"[{where}] lacks '{key}'", "see docs/formats.md, harness.toml")
        return table

    def text(self, where: str, value: Any) -> str:
        if not isinstance(value, str):
            raise self.fail(f"{where} must be text, not {type(value).__name__}", "put it in quotes")
        return value

    def texts(self, where: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fail(f"{where} must be a list of texts", 'write ["one", "two"]')
        return tuple(value)

    def table_of_text(self, where: str, value: Any) -> dict[str, str]:
        odd = [k for k, one in value.items() if not isinstance(one, str)] if isinstance(value, dict) else [where]
        if odd:
            raise self.fail(f"[{where}] must map names to texts, and {odd[0]} is none", "put each value in quotes")
        return dict(value)

    def comparison(self, value: Any) -> str:
        form = self.text("target.comparison", value)
        if form and (not marker(form) or any(form.count(f"{{{part}}}") != 1 for part in COMPARED)):
            raise self.fail(
                f"target.comparison {form!r} does not hold each of its parts once, behind words of its own",
                'write it as it is logged: "price differs: {operation} old={old} new={new}"',
            )
        return form

    def config(self, raw: dict[str, Any]) -> Config:
        top = self.known(
            "top level",
            raw,
            ("format", "target"),
            ("harness", "phases", "providers", "docker", "auth", "ledger", "roles", "tables", "free", "reach"),
        )
        if top["format"] != FORMAT:
            raise self.fail(f"format {top['format']!r} is not {FORMAT}", "this harness reads format = 1 only")
        target = self.known(
            "target",
            top["target"],
            ("root",),
            ("name", "app", "manage", "migrate", "tests", "python", "requires", "phase", "databases", "env", "id_ranges", "inprocess_env", "markers", "comparison"),
        )  # fmt: skip
        base = self.path.resolve().parent
        root = base / self.text("target.root", target["root"])
        if not root.is_dir():
            raise self.fail(f"target.root {root} is not a folder", "point it at the backend's folder")
        phase = target.get("phase", 0)
        if not isinstance(phase, int) or not 0 <= phase <= 7:
            raise self.fail(f"target.phase {phase!r} is not a phase", "phases are 0 to 7")
        own = self.known(
            "harness",
            top.get("harness", {}),
            (),
            (
                "scenarios",
                "cassettes",
                "contracts",
                "rates",
                "answers",
                "settle_timeout_s",
                "surfaces",
                "time",
                "zygote",
            ),
        )
        if own.get("time", JUMPS) not in TIMES:
            raise self.fail(f"harness.time {own['time']!r} is none of {', '.join(TIMES)}", 'take it out, or write "real"')  # fmt: skip
        settle_timeout_s = own.get("settle_timeout_s", 30)
        if isinstance(settle_timeout_s, bool) or not isinstance(settle_timeout_s, int | float) or settle_timeout_s <= 0:
            raise self.fail(f"harness.settle_timeout_s {settle_timeout_s!r} is not a time", "give seconds above 0")
        phases = self.known("phases", top.get("phases", {}), (), ("root", "overlays"))
        phases_root = self.folder(base, "phases.root", phases.get("root"))
        if phases_root is not None and not root.resolve().is_relative_to(phases_root.resolve()):
            raise self.fail(
                "target.root does not lie in phases.root", "phases are laid over the folder that holds the target"
            )
        hosts, known = providers.read(top.get("providers", {}), self.fail)
        manage = self.manage(root, target.get("manage"))
        migrate = self.texts("target.migrate", target.get("migrate", [*manage, "migrate", "--no-input", "-v", "0"]))
        python, requirements = named.read(self.path, target.get("python"), root)
        return Config(
            source=self.path.resolve(),
            name=self.text("target.name", target.get("name", base.name)),
            root=root,
            phase=phase,
            app=self.text("target.app", target.get("app", "")),
            manage=manage,
            migrate=migrate,
            tests=self.texts("target.tests", target.get("tests", [])),
            python=python,
            requirements=requirements,
            requires=named.version(self.path, target.get("requires", ""), requirements),
            env={**providers.keys(hosts, known), **self.table_of_text("target.env", target.get("env", {}))},
            inprocess_env=self.table_of_text("target.inprocess_env", target.get("inprocess_env", {})),
            databases=self.databases(target.get("databases", ["default"])),
            id_ranges=self.flag("target.id_ranges", target.get("id_ranges", False)),
            markers=self.texts("target.markers", target.get("markers", [])),
            comparison=self.comparison(target.get("comparison", "")),
            provider_hosts=hosts,
            providers=known,
            roles=described.read(self.path.name, top.get("roles", {})),
            said_tables=tables.read(self.path.name, top.get("tables", {})),
            free=freed.read(self.table_of_text("free", top.get("free", {})), self.fail),
            reach=reachable.read(top.get("reach", {}), self.fail),
            surfaces_locked=self.locked(own.get("surfaces", "")),
            ledger=ledger.read(self.path.name, top.get("ledger", {})),
            auth=self.auth(top.get("auth", {})),
            settle_timeout_s=float(settle_timeout_s),
            time=own.get("time", JUMPS),
            zygote=self.flag("harness.zygote", own.get("zygote", True)),
            phases_root=phases_root,
            phases_dir=self.folder(base, "phases.overlays", phases.get("overlays")),
            answers=self.answers(base, own),
            scenarios=base / own.get("scenarios", "scenarios"),
            cassettes=base / own.get("cassettes", "cassettes"),
            contracts=base / own.get("contracts", "contracts"),
            rates=base / own.get("rates", next((name for name in RATES if (base / name).is_file()), RATES[0])),
            rates_named="rates" in own,
        )

    def locked(self, value: Any) -> bool:
        if value not in ("", "locked"):
            raise self.fail(f"harness.surfaces {value!r} is not 'locked'", "write it so, or take it out")
        return bool(value)

    def flag(self, where: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.fail(f"{where} must be true or false", "write it without quotes")
        return value

    def databases(self, value: Any) -> tuple[str, ...]:
        aliases = self.texts("target.databases", value)
        if aliases[:1] != ("default",) or len(set(aliases)) < len(aliases) or not all(map(_ALIAS.fullmatch, aliases)):
            raise self.fail(
                f"target.databases {list(aliases)} are not aliases of DATABASES",
                'write "default" first and each other once: small letters, digits and _',
            )
        return aliases

    def manage(self, root: Path, value: Any) -> tuple[str, ...]:
        if value is not None:
            return self.texts("target.manage", value)
        if not (root / "manage.py").is_file():
            found = sorted(path.parent for path in root.glob("*/manage.py"))
            raise self.fail(
                f"target.root {root} has no manage.py",
                f"set target.root to {found[0]}" if found else "name the command in target.manage",
            )
        return ("{python}", "manage.py")

    def answers(self, base: Path, own: dict[str, Any]) -> Path:
        path = base / self.text("harness.answers", own.get("answers", "answers.py"))
        if "answers" in own and not path.exists():
            raise self.fail(f"harness.answers {path} is not there", "name a Python file, or a folder with __init__.py")
        return path

    def folder(self, base: Path, where: str, value: Any) -> Path | None:
        if value is None:
            return None
        path = base / self.text(where, value)
        if not path.is_dir():
            raise self.fail(f"{where} {path} is not a folder", "point it at an existing folder, or take [phases] out")
        return path

    def auth(self, value: Any) -> Auth:
        table = self.known("auth", value, (), ("header", *WAYS, "cookie", "csrf_cookie", "csrf_header"))
        ways = [way for way in WAYS if way in table]
        if len(ways) > 1:
            raise self.fail(f"[auth] has {' and '.join(ways)}", "a credential comes from one place: keep one of them")
        texts = {
            key: self.text(f"auth.{key}", one) for key, one in table.items() if key not in ("login", "session", "basic")
        }
        if "{token}" not in texts.get("header", "{token}") or ":" not in texts.get("header", ":"):
            raise self.fail(f"auth.header {texts['header']!r} is no header", 'write "Name: scheme {token}"')
        tables: dict[str, Any] = {}
        for way, keys, more in (
            ("login", ("url", "body", "token"), ()),
            ("session", ("url", "body"), ("json",)),
            ("basic", ("user", "password"), ()),
        ):
            if way in table:
                tables[way] = self.known(f"auth.{way}", table[way], keys, more)
        return Auth(way=ways[0] if ways else "token", **texts, **tables)
