"""Which engine, and what goes wrong with it, in one line each.

docker-sdk      the Python package is missing         docker-none    no engine answers
docker-context  there is no context of that name      docker-ssh     it is reached by ssh, which the tier does not speak
docker-denied   the socket may not be used            docker-gone    it answered before and does not any more
docker-disk     no space left                         docker-failed  it refused a request
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from harness.core.errors import HarnessError, StackError

if TYPE_CHECKING:
    from docker import APIClient
    from docker.context import Context

TIMEOUT_S = 60
_DEFAULT = "unix:///var/run/docker.sock"


def connect(timeout_s: float = TIMEOUT_S) -> APIClient:
    """The engine of DOCKER_HOST, else of DOCKER_CONTEXT, else of the current docker context.

    Raises docker-sdk, docker-context, docker-ssh, docker-none, docker-denied.
    """
    try:
        import docker
        from docker.errors import DockerException
        from docker.tls import TLSConfig
    except ImportError:
        raise HarnessError(
            "the docker tier needs the Docker SDK for Python, which is not installed",
            hint="pip install 'docker>=7.1'",
            code="docker-sdk",
        ) from None
    name = address()
    if name.startswith("ssh:"):
        raise HarnessError(
            f"the docker tier does not speak ssh to the engine at {name}",
            hint="open a way to its socket (ssh -N -L /tmp/engine.sock:/var/run/docker.sock HOST) and set DOCKER_HOST=unix:///tmp/engine.sock",
            code="docker-ssh",
        )
    try:
        if os.environ.get("DOCKER_HOST"):
            api = docker.from_env(timeout=timeout_s, version="auto", max_pool_size=32).api
        else:
            config = _context().TLSConfig
            tls = config if isinstance(config, TLSConfig) else False
            api = docker.APIClient(base_url=name, tls=tls, timeout=timeout_s, version="auto", max_pool_size=32)
        api.ping()
    except (DockerException, OSError, ValueError) as error:
        raise _unreachable(name, str(error)) from None
    return api


def address() -> str:
    """Where the engine is asked: DOCKER_HOST, else the docker context's, else the usual socket. Raises docker-context."""
    return os.environ.get("DOCKER_HOST") or _context().Host or _DEFAULT


def pinned() -> dict[str, str]:
    """The environment in which the engine stays the one that is meant now, whatever context is chosen meanwhile."""
    return {} if os.environ.get("DOCKER_HOST") else {"DOCKER_CONTEXT": _context().name}


def _context() -> Context:
    from docker.context.api import ContextAPI
    from docker.context.config import get_current_context_name

    asked = os.environ.get("DOCKER_CONTEXT")
    name = asked or get_current_context_name()
    try:
        found = ContextAPI.get_context(name)
    except Exception as error:  # the SDK raises whatever a broken file makes it stumble over
        raise HarnessError(
            f"the docker context '{name}' cannot be read: {type(error).__name__}: {error}",
            hint=f"make it again: docker context rm {name}, docker context create {name}",
            code="docker-context",
        ) from None
    if found is None:
        where = "DOCKER_CONTEXT" if asked else "docker's config.json"
        raise HarnessError(
            f"{where} names the docker context '{name}', and there is none of that name",
            hint="docker context ls shows those that there are; docker context use default is the engine of this machine",
            code="docker-context",
        )
    return found


def removed_at_once(api: APIClient) -> int:
    """How many containers may be ended and removed at a time.

    An engine before version 23 (API 1.42) may lock up for good when two leave one network in the same moment, in
    libnetwork's processEndpointDelete (github.com/moby/moby/issues/46661). Debian 12 has such a one.
    """
    from docker.utils import version_lt

    return 1 if version_lt(api.api_version, "1.42") else 16


def answers(api: APIClient) -> bool:
    try:
        return bool(api.ping())
    except Exception:  # whatever kept it from answering, it did not
        return False


def gone() -> StackError:
    return StackError(
        f"the Docker engine at {address()} stopped answering during the run",
        hint="start it again (systemctl start docker); the next run removes what it still holds of this one",
        code="docker-gone",
    )


@contextmanager
def speaking(api: APIClient, doing: str) -> Iterator[None]:
    """Errors of the engine while `doing` as StackErrors: docker-disk, docker-gone, docker-failed."""
    import requests
    from docker.errors import APIError, DockerException

    try:
        yield
    except requests.Timeout as error:
        raise StackError(
            f"the Docker engine gave no answer within {api.timeout} s: {doing}",
            hint="it hangs, or its machine has too much to do: look there, and start it again (systemctl restart docker)",
            code="docker-gone",
        ) from error
    except (DockerException, requests.RequestException, ConnectionError) as error:
        text = str(error.explanation or error) if isinstance(error, APIError) else str(error)
        raise failed(api, doing, text) from error


def failed(api: APIClient, doing: str, text: str) -> StackError:
    """The error for the engine's own words `text`."""
    text = " ".join(text.split())
    if "no space left on device" in text.lower():
        return StackError(
            f"the disk of the Docker engine is full: {doing}",
            hint="free space there: docker system df shows what uses it, docker image prune removes unused images",
            code="docker-disk",
        )
    if not answers(api):
        return gone()
    return StackError(f"the Docker engine failed: {doing}", hint=f"its words: {text[-400:]}", code="docker-failed")


def _unreachable(address: str, words: str) -> StackError:
    if "Permission denied" in words or "PermissionError" in words:
        return StackError(
            f"this user may not use the Docker engine at {address}",
            hint="join the group docker (sudo usermod -aG docker $USER, then log in again), or set DOCKER_HOST to an engine of yours",
            code="docker-denied",
        )
    return StackError(
        f"no Docker engine answers at {address}",
        hint="start one (systemctl start docker, or .ci/dockerd start as root), set DOCKER_HOST, or use --tier processes",
        code="docker-none",
    )
