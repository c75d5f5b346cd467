"""An evaluation from the suite to the report, in a process of its own."""

import json
from pathlib import Path

import pytest

from tandem.learning.evaluation.evaluate import evaluate


def test_says_which_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="tabletop"):
        evaluate("nothing")
    with pytest.raises(KeyError, match="lift_tray"):
        evaluate("tabletop", tasks=["juggle"])
    with pytest.raises(KeyError, match="skills"):
        evaluate("tabletop", "clairvoyance")


def test_a_task_is_run_in_a_worker_and_reported(tmp_path: Path) -> None:
    told = []
    report = evaluate("tabletop", episodes=1, seed=5, workers=2, tasks=["lift_tray"], folder=tmp_path, on_episode=told.append)
    (row,) = report["episodes"]
    assert told == [row]
    assert row["success"], row["failure"]
    assert {"task", "instruction", "seed", "success", "duration_s", "unintended_contacts", "interventions", "failure"} <= set(row)
    assert report["tasks"]["lift_tray"]["successes"] == 1
    assert json.loads(json.dumps(report)) == report
    assert list(tmp_path.iterdir()) == []
