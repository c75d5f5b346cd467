import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tandem.cli.app import build_app
from tandem.cli.verbs import VERBS

ROOT = Path(__file__).resolve().parents[3]
HEAVY = ("numpy", "mujoco", "pinocchio", "rclpy", "cv2")


def test_help_lists_every_verb() -> None:
    shown = CliRunner().invoke(build_app(""), ["--help"])
    assert shown.exit_code == 0
    assert all(name in shown.stdout for name in VERBS)


def test_listing_the_verbs_loads_nothing_heavy() -> None:
    program = f"import sys, tandem.cli.app as app; app.build_app(''); print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_verb_is_refused() -> None:
    assert CliRunner().invoke(build_app("dance"), ["dance"]).exit_code == 2


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]])
def test_the_verbs_are_shown_before_anything_is_installed(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "tandem").write_bytes((ROOT / "tandem").read_bytes())
    (tmp_path / "src").symlink_to(ROOT / "src")
    done = subprocess.run(["sh", tmp_path / "tandem", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert all(name in done.stdout for name in VERBS)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["src", "tandem"]
