import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tandem.cli import doctor, health
from tandem.cli.app import build_app
from tandem.cli.health import Finding


def run_doctor(monkeypatch: pytest.MonkeyPatch, *findings: Finding) -> tuple[int, dict[str, object]]:
    monkeypatch.setattr(doctor, "examine", lambda: iter(findings))
    done = CliRunner().invoke(build_app("doctor"), ["doctor", "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_the_exit_status_goes_by_the_basics_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    good = Finding("ROS 2", "works", "", basic=True)
    code, report = run_doctor(monkeypatch, good, Finding("MoveIt", "missing", "", "a cost"), Finding("memory", "weak", ""))
    assert (code, report["healthy"], report["schema"]) == (0, True, "tandem.doctor/1")
    code, report = run_doctor(monkeypatch, good, Finding("rendering", "broken", "no driver", basic=True))
    assert (code, report["healthy"]) == (1, False)


def test_a_basic_check_that_raises_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> str:
        raise OSError("libEGL is not there")

    monkeypatch.setattr(health, "_BASICS", {"rendering": fail})
    finding = next(item for item in health.examine() if item.name == "rendering")
    assert (finding.state, finding.basic) == ("broken", True)
    assert "libEGL is not there" in finding.detail


def test_a_folder_that_has_a_modules_name_is_not_that_module(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "moveit").mkdir()
    (tmp_path / "tf2_ros").mkdir()
    (tmp_path / "tf2_ros" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(health, "_BASICS", {})
    states = {item.name: item.state for item in health.examine()}
    assert states["MoveIt (moveit_py)"] == "missing"
    assert states["tf2_ros"] == "works"


def test_every_lack_says_what_it_costs() -> None:
    assert all(item.cost for item in health.examine() if item.state != "works")
