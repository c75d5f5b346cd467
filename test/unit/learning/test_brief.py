"""What is published of a report."""

import json
import sys
from pathlib import Path

import pytest

from tandem.learning.evaluation import brief

ROW = {
    "task": "lift_tray",
    "index": 3,
    "seed": 7,
    "success": False,
    "failure": "tray fell (the cell believes that it is done)",
    "chunks": 40,
    "steps": [{"text": "lift"}],
    "folder": "/home/someone/runs/eval-1/lift_tray-7",
}
REPORT = {
    "schema": "tandem.eval/1",
    "folder": "/home/someone/runs/eval-1",
    "command": "tandem eval --checkpoint /home/someone/runs/a/checkpoint --url ws://host:8000 --report r.json",
    "failures": [{"cause": "tray fell", "folder": "/home/someone/x", "count": 1}],
    "episodes": [ROW],
}


def test_figures_stay_and_the_machines_paths_go() -> None:
    found = brief.brief(REPORT)
    assert found["command"] == "tandem eval --checkpoint checkpoint --url ws://host:8000 --report r.json"
    assert found["failures"] == [{"cause": "tray fell", "count": 1}]
    assert found["episodes"] == [{key: ROW[key] for key in ("task", "index", "seed", "success", "failure")}]
    assert "someone" not in json.dumps(found)
    assert REPORT["episodes"] == [ROW]


def test_it_is_written_with_a_line_for_each_episode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "r.json").write_text(json.dumps(REPORT | {"episodes": [ROW, ROW]}))
    monkeypatch.setattr(sys, "argv", ["brief", str(tmp_path / "r.json"), str(tmp_path / "out.json")])
    brief.main()
    text = (tmp_path / "out.json").read_text()
    assert json.loads(text) == brief.brief(REPORT | {"episodes": [ROW, ROW]})
    assert sum('"lift_tray"' in line for line in text.splitlines()) == 2
