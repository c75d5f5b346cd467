"""`tandem test`: the whole test suite, or what of it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Annotated

import typer

from tandem.cell import paths


def run_tests(
    context: typer.Context,
    check: Annotated[bool, typer.Option(help="Before the tests, check style (ruff) and types (mypy).")] = False,
) -> None:
    """Run pytest on test/; arguments are passed on to it, for example `test/unit/safety -k margin`."""
    root = paths.share()
    if not (root / "test").is_dir():
        raise typer.BadParameter(f"there are no tests in {root}: run ./tandem test in a checkout")
    steps = [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]] if check else []
    # A ROS machine brings plugins for another pytest than ours.
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for step in [*steps, ["pytest", "-p", "_hypothesis_pytestplugin", *context.args]]:
        code = subprocess.run([sys.executable, "-m", *step], cwd=root, env=env, check=False).returncode
        if code:
            raise typer.Exit(code)
