"""Reading harness.toml: once, strictly.

What it may hold is said by its shape (shape.py): unknown keys fail with "did you mean"; every error names the key and the file. docs/reference.md
shows every key.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from harness.backend import freed, ledger, providers, reachable, tables
from harness.backend.python import named
from harness.backend.roles import described, places
from harness.backend.shape import HARNESS_TOML
from harness.core.config import COMPARED, JUMPS, KEEP, WAYS, Auth, Config, marker
from harness.core.errors import HarnessError
from harness.store.tomlread import Strict

RATES = ("contracts/rates.toml", "rates.toml")
"""Where the rate card is unless harness.toml says so: the first that is there."""


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
            hint="harness init writes one; else run from the project's folder, or name the file with --config",
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
            hint="mend that line; docs/reference.md shows every key",
            code="config-syntax",
        ) from None


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path

    def fail(self, message: str, hint: str, code: str = "config-value") -> HarnessError:
        return HarnessError(f"{self.path.name}: {message}", hint=hint, code=code)

    def comparison(self, value: Any) -> str:
        form = str(value)
        if form and (not marker(form) or any(form.count(f"{{{part}}}") != 1 for part in COMPARED)):
            raise self.fail(
                f"target.comparison {form!r} does not hold each of its parts once, behind words of its own",
                'write it as it is logged: "price differs: {operation} old={old} new={new}"',
            )
        return form

    def config(self, raw: dict[str, Any]) -> Config:
        top = Strict(self.path.name, "config").held(raw, HARNESS_TOML)
        target, own, phases = top["target"], top.get("harness", {}), top.get("phases", {})
        base = self.path.resolve().parent
        root = base / target["root"]
        if not root.is_dir():
            raise self.fail(f"target.root {root} is not a folder", "point it at the backend's folder")
        phases_root = self.folder(base, "phases.root", phases.get("root"))
        if phases_root is not None and not root.resolve().is_relative_to(phases_root.resolve()):
            raise self.fail(
                "target.root does not lie in phases.root", "phases are laid over the folder that holds the target"
            )
        hosts, known = providers.read(self.path.name, top.get("providers", {}))
        manage = self.manage(root, target.get("manage"))
        migrate = tuple(target.get("migrate", [*manage, "migrate", "--no-input", "-v", "0"]))
        python, requirements = named.read(self.path, target.get("python"), root)
        return Config(
            source=self.path.resolve(),
            name=target.get("name", base.name),
            root=root,
            phase=target.get("phase", 0),
            app=target.get("app", ""),
            manage=manage,
            migrate=migrate,
            tests=tuple(target.get("tests", ())),
            python=python,
            requirements=requirements,
            requires=named.version(self.path, target.get("requires", ""), requirements),
            env={**providers.keys(hosts, known), **target.get("env", {})},
            inprocess_env=dict(target.get("inprocess_env", {})),
            databases=self.databases(target.get("databases", ["default"])),
            id_ranges=target.get("id_ranges", False),
            markers=tuple(target.get("markers", ())),
            **places.read(root, target, self.fail),
            comparison=self.comparison(target.get("comparison", "")),
            provider_hosts=hosts,
            providers=known,
            roles=described.read(self.path.name, top.get("roles", {})),
            said_tables=tables.read(self.path.name, top.get("tables", {})),
            free=freed.read(top.get("free", {}), self.fail),
            reach=reachable.read(self.path.name, top.get("reach", {})),
            surfaces_locked="surfaces" in own,
            ledger=ledger.read(self.path.name, top.get("ledger", {})),
            auth=_auth(top.get("auth", {})),
            settle_timeout_s=float(own.get("settle_timeout_s", 30)),
            time=own.get("time", JUMPS),
            zygote=own.get("zygote", True),
            keep=own.get("keep", KEEP),
            phases_root=phases_root,
            phases_dir=self.folder(base, "phases.overlays", phases.get("overlays")),
            answers=self.answers(base, own),
            scenarios=base / own.get("scenarios", "scenarios"),
            cassettes=base / own.get("cassettes", "cassettes"),
            contracts=base / own.get("contracts", "contracts"),
            rates=base / own.get("rates", next((name for name in RATES if (base / name).is_file()), RATES[0])),
            rates_named="rates" in own,
        )

    def databases(self, value: Any) -> tuple[str, ...]:
        aliases = tuple(value)
        if aliases[:1] != ("default",) or len(set(aliases)) < len(aliases):
            raise self.fail(
                f"target.databases {list(aliases)} are not aliases of DATABASES",
                'write "default" first and each other once',
            )
        return aliases

    def manage(self, root: Path, value: Any) -> tuple[str, ...]:
        if value is not None:
            return tuple(value)
        if not (root / "manage.py").is_file():
            found = sorted(path.parent for path in root.glob("*/manage.py"))
            raise self.fail(
                f"target.root {root} has no manage.py",
                f"set target.root to {found[0]}" if found else "name the command in target.manage",
            )
        return ("{python}", "manage.py")

    def answers(self, base: Path, own: dict[str, Any]) -> Path:
        path = base / own.get("answers", "answers.py")
        if "answers" in own and not path.exists():
            raise self.fail(f"harness.answers {path} is not there", "name a Python file, or a folder with __init__.py")
        return path

    def folder(self, base: Path, where: str, value: Any) -> Path | None:
        if value is None:
            return None
        path = base / value
        if not path.is_dir():
            raise self.fail(f"{where} {path} is not a folder", "point it at an existing folder, or take [phases] out")
        return path


def _auth(table: dict[str, Any]) -> Auth:
    return Auth(way=next((way for way in WAYS if way in table), "token"), **table)
