"""`tandem eval` and `tandem compare` around an evaluation that is made up."""

import json
from pathlib import Path
from typing import Any

import pytest
from made_up_reports import made_up
from typer.testing import CliRunner

from tandem.cli.app import build_app
from tandem.cli.runs import command_line
from tandem.learning.evaluation import evaluate as module
from tandem.learning.evaluation.journal import Journal
from tandem.learning.evaluation.settings import Settings


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Settings, dict[str, Any]]]:
    """What was evaluated, in the order in which it was."""
    monkeypatch.chdir(tmp_path)
    calls: list[tuple[Settings, dict[str, Any]]] = []

    def evaluate(settings: Settings, episodes: int, workers: int, **others: Any) -> dict[str, Any]:
        calls.append((settings, others | {"episodes": episodes, "workers": workers}))
        others["on_start"](1, 6)
        report = made_up(2, seed=len(calls), delay_s=settings.delay_s)
        others["on_episode"](report["episodes"][0])
        return report

    monkeypatch.setattr(module, "evaluate", evaluate)
    return calls


def run(*words: str) -> Any:
    return CliRunner().invoke(build_app(words[0]), list(words))


def test_writes_the_report_and_the_page(tmp_path: Path, asked: list[Any]) -> None:
    done = run("eval", "--episodes", "2", "--seed", "5", "--randomise", "--report", "out/r.json", "--html", "out/r.html")
    assert done.exit_code == 0, done.output
    assert asked[0][0] == Settings("tabletop", "skills", 5, randomise=True)
    assert json.loads((tmp_path / "out" / "r.json").read_text())["schema"] == "tandem.eval/1"
    assert "<!doctype html>" in (tmp_path / "out" / "r.html").read_text()


def test_several_delays_are_evaluated_and_compared(tmp_path: Path, asked: list[Any]) -> None:
    done = run("eval", "--delay", "0", "--delay", "0.2", "--report", "r.json", "--html", "r.html")
    assert done.exit_code == 0, done.output
    assert [settings.delay_s for settings, _ in asked] == [0.0, 0.2]
    assert json.loads((tmp_path / "r-delay-0.2s.json").read_text())["delay_s"] == 0.2
    told = json.loads((tmp_path / "r.json").read_text())
    assert [entry["name"] for entry in told["reports"]] == ["0 s added", "0.2 s added"]
    assert "Success against the delay" in (tmp_path / "r.html").read_text()


def test_goes_on_in_the_folder_of_what_was_interrupted(tmp_path: Path, asked: list[Any]) -> None:
    folder = tmp_path / "runs" / "eval-1"
    Journal(folder, Settings("tabletop", "skills", 9), tmp_path / "r.json").close()
    assert run("eval", "--seed", "9", "--report", "r.json").exit_code == 0
    assert asked[0][1]["folder"] == folder
    assert run("eval", "--seed", "8", "--report", "r.json").exit_code == 0
    assert asked[1][1]["folder"] != folder
    assert run("eval", "--resume", str(folder), "--episodes", "7").exit_code == 0
    assert asked[2][0] == Settings("tabletop", "skills", 9)
    assert asked[2][1] | {"folder": folder, "episodes": 7} == asked[2][1]


def test_what_contradicts_or_makes_no_sense_is_refused(tmp_path: Path, asked: list[Any]) -> None:
    Journal(tmp_path / "runs" / "eval-1", Settings("tabletop")).close()
    refused = run("eval", "--resume", "runs/eval-1", "--seed", "3")
    assert refused.exit_code == 2
    assert "--seed is taken from" in refused.output
    assert run("eval", "--resume", "elsewhere").exit_code == 2
    assert run("eval", "--delay", "-1").exit_code == 2
    assert asked == []


def test_compares_files_by_what_differs(tmp_path: Path) -> None:
    for name, touch in (("a", "on"), ("b", "off")):
        report = made_up(3, seed=len(name), options={"touch": touch})
        (tmp_path / f"{name}.json").write_text(json.dumps(report))
    files = [str(tmp_path / "a.json"), str(tmp_path / "b.json")]
    done = run("compare", *files, "--report", str(tmp_path / "c.json"), "--html", str(tmp_path / "c.html"))
    assert done.exit_code == 0, done.output
    assert [entry["name"] for entry in json.loads((tmp_path / "c.json").read_text())["reports"]] == ["touch=on", "touch=off"]
    assert run("compare", files[0]).exit_code == 2
    assert run("compare", files[0], str(tmp_path / "none.json")).exit_code == 2


def test_secrets_are_not_in_the_command_that_a_report_tells() -> None:
    words = ["eval", "--option", "api_key=abc", "--option=token=def", "--url", "ws://host:1", "--report", "my r.json"]
    told = command_line(words)
    assert "abc" not in told
    assert "def" not in told
    assert told.startswith("tandem eval --option 'api_key=(not kept)'")
    assert told.endswith("--url ws://host:1 --report 'my r.json'")
