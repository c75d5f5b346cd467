import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tandem.cli.app import build_app
from tandem.learning.evaluation.report import eval_report
from tandem.learning.reports.gate import Bar, shortfalls
from tandem.learning.reports.read import NotAReport, read_report


def report(good: int = 9, n: int = 10, contacts: int = 0) -> dict[str, Any]:
    rows = [
        {
            "task": task,
            "instruction": "Do it.",
            "seed": index,
            "success": task == "easy" or index < good,
            "duration_s": 1.0,
            "unintended_contacts": contacts if index == 0 and task == "easy" else 0,
            "unintended": ["the left hand touched the tray"],
            "interventions": 0,
            "failure": "",
            "ending": "done",
        }
        for task in ("easy", "hard")
        for index in range(n)
    ]
    return eval_report("tabletop", "skills", 0, rows, 1.0)


def test_a_report_that_reaches_everything_passes() -> None:
    assert shortfalls(report(), Bar(0.95, 0.9, True, 10, ("easy", "hard"))) == []


@pytest.mark.parametrize(
    ("bar", "words"),
    [
        (Bar(at_least=0.96), "success: 95.0 %, less than 96.0 %"),
        (Bar(task_at_least=0.91), "hard: 90.0 %, less than 91.0 %"),
        (Bar(at_least=0.9, surely=True), "success: the lower end of the 95 % interval is 76.4 %, less than 90.0 %"),
        (Bar(at_least=0.1, episodes_at_least=11), "easy: 10 episodes, fewer than 11"),
        (Bar(at_least=0.1, tasks=("lift",)), "lift: not evaluated"),
    ],
)
def test_says_what_falls_short(bar: Bar, words: str) -> None:
    assert words in shortfalls(report(), bar)


def test_unintended_contacts_and_episodes_that_broke_off_fail() -> None:
    (words,) = shortfalls(report(contacts=2), Bar(no_unintended=True))
    assert words == "2 unintended contacts in 1 episodes, for example: the left hand touched the tray"
    assert shortfalls(report(contacts=2), Bar(at_least=0.5)) == []
    broken = report()
    broken["episodes"][0]["ending"] = "broken"
    assert shortfalls(broken, Bar(at_least=0.1)) == ["1 episodes could not run"]
    with pytest.raises(ValueError, match="between 0 and 1"):
        Bar(at_least=80)


def test_the_verb_leaves_with_the_verdict(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps(report()))
    gate, run = build_app("gate"), CliRunner().invoke
    assert run(gate, ["gate", str(path), "--at-least", "0.9", "--task-at-least", "0.8", "--no-unintended"]).exit_code == 0
    refused = run(gate, ["gate", str(path), "--at-least", "0.99"])
    assert refused.exit_code == 1
    assert "less than 99.0 %" in refused.output
    assert run(gate, ["gate", str(path)]).exit_code == 2
    assert run(gate, ["gate", str(path), "--at-least", "80"]).exit_code == 2
    assert run(gate, ["gate", str(tmp_path / "none.json"), "--at-least", "0.5"]).exit_code == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ('{"schema": "tandem.demo/1"}', "tandem.demo/1"),
        ('{"schema": "tandem.eval/1"}', "success_rate"),
        ("[]", "None"),
    ],
)
def test_other_files_are_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(NotAReport, match=words):
        read_report(path)
