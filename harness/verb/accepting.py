"""Accepting is somebody's word for what a run showed: never a CI job's, and nobody's in passing.

in_ci             whether this is a job of a CI service
may_accept        refuses that, a reason that is none, and what comes next
attended          refuses where nobody is at a terminal, unless that is said
at_terminal       refuses where nobody can be asked
unattended_option how it is said
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping

import click

from harness.core.errors import HarnessError

CI = (
    "CI",
    "CONTINUOUS_INTEGRATION",
    "GITHUB_ACTIONS",
    "GITEA_ACTIONS",
    "FORGEJO_ACTIONS",
    "GITLAB_CI",
    "BUILDKITE",
    "CIRCLECI",
    "CIRRUS_CI",
    "JENKINS_URL",
    "HUDSON_URL",
    "TEAMCITY_VERSION",
    "TF_BUILD",
    "TRAVIS",
    "APPVEYOR",
    "DRONE",
    "SEMAPHORE",
    "WOODPECKER",
    "BITBUCKET_COMMIT",
    "CODEBUILD_BUILD_ARN",
    "GO_PIPELINE_LABEL",
    "PROW_JOB_ID",
    "KOKORO_BUILD_NUMBER",
    "TASKCLUSTER_ROOT_URL",
    "bamboo_buildKey",
    "NETLIFY",
    "VERCEL",
)
"""Variables by which services say that a program runs in a job of theirs."""
OF_A_JOB = re.compile(
    r"(?:.+_)?(?:CI|BUILD_(?:NUMBER|ID|URL|TAG)|PIPELINE_(?:ID|NUMBER)|WORKFLOW_ID|JOB_URL|RUN_NUMBER)(?:_.+)?", re.I
)
"""And what others are called that do: a number of a build, of a pipeline."""
WORDS = 2
"""Of a reason, at least."""
NO = ("", "0", "false", "no", "off")

unattended_option = click.option(
    "--unattended", is_flag=True, help="Accept although nobody is at a terminal; in CI nothing is accepted."
)


def in_ci(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether this is a CI job: a variable that says so is set to anything but an empty text, 0, false, no or off."""
    return any(
        value.strip().lower() not in NO for name, value in environment.items() if name in CI or OF_A_JOB.fullmatch(name)
    )


def attended(unattended: bool) -> None:
    """Raises HarnessError accept-unattended where no stream is a terminal and nobody said --unattended; CI has an error of its own."""
    if (
        unattended
        or in_ci()
        or any(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    ):
        return
    raise HarnessError(
        "nobody is at a terminal: what is accepted here nobody has seen",
        hint='run it in a terminal; or say that it is meant: --unattended --why "..."',
        code="accept-unattended",
    )


def at_terminal() -> None:
    """Raises HarnessError accept-unattended where nobody can be asked: input and output must be a terminal, and no option takes their place."""
    if not all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout)):
        raise HarnessError(
            "nobody is at a terminal: there is nobody to ask",
            hint="run it in a terminal; or print all of it: --list",
            code="accept-unattended",
        )


def may_accept(why: str, unattended: bool, environment: Mapping[str, str] = os.environ) -> None:
    """Raises HarnessError accept-ci, accept-why, accept-unattended: what is accepted is somebody's word, with a reason."""
    if in_ci(environment):
        raise HarnessError(
            "nothing is accepted in CI", hint="accept on your machine and commit the file", code="accept-ci"
        )
    if len(why.split()) < WORDS:
        raise HarnessError(
            f"the reason {why!r} is too short to be one",
            hint='say why it is right, in a few words: --why "..."',
            code="accept-why",
        )
    attended(unattended)
