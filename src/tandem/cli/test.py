"""`tandem test`: the whole test suite, or what of it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from tandem.cell import paths

PLUGINS: Final = ("_hypothesis_pytestplugin", "xdist.plugin")
"""A ROS machine brings plugins for another pytest than ours, so that none is loaded but those that are named."""

SIDE_BY_SIDE: Final = ("test/unit",)
ALONE: Final = ("test/launch", "test/nodes", "test/e2e")
"""Cells whose nodes must keep their rates: each has the machine to itself."""

MOST_AT_ONCE: Final = 8
"""Processes of unit tests: each takes a gigabyte or two."""


def run_tests(
    context: typer.Context,
    check: Annotated[bool, typer.Option(help="Before the tests, check style (ruff) and types (mypy).")] = False,
) -> None:
    """Run pytest on test/; arguments are passed on to it, for example `test/unit/safety -k margin`."""
    root = paths.share()
    if not (root / "test").is_dir():
        raise typer.BadParameter(f"there are no tests in {root}: run ./tandem test in a checkout")
    checks = [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]] if check else []
    for step in checks:
        if code := _run(root, step):
            raise typer.Exit(code)
    # What fails in the one part doesn't keep anybody from knowing about the other.
    codes = [_run(root, part) for part in runs_of_pytest(context.args, len(os.sched_getaffinity(0)))]
    raise typer.Exit(next((code for code in codes if code), 0))


def runs_of_pytest(arguments: Sequence[str], cores: int) -> list[list[str]]:
    """The runs of pytest that make up what is asked for: all tests in two, of which the first one uses all cores.

    Args:
        arguments: for pytest; with any of them it is one run as pytest itself would do it.
        cores: that there are.
    """
    pytest = ["pytest", *(word for name in PLUGINS for word in ("-p", name))]
    if arguments:
        return [[*pytest, *arguments]]
    return [[*pytest, "-n", str(min(cores, MOST_AT_ONCE)), "--dist", "loadfile", *SIDE_BY_SIDE], [*pytest, *ALONE]]


def _run(root: Path, module: Sequence[str]) -> int:
    """Run a module of Python with its arguments; its exit code."""
    # Whoever runs tests on all cores has none left for threads of theirs.
    threads = {"OMP_NUM_THREADS": "1"} if "-n" in module else {}
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **threads}
    return subprocess.run([sys.executable, "-m", *module], cwd=root, env=env, check=False).returncode
