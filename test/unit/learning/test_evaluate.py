"""An evaluation from the suite to the report, in a process of its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from tandem.learning.evaluation import evaluate as module
from tandem.learning.evaluation.evaluate import evaluate
from tandem.learning.evaluation.settings import Settings


def test_says_which_names_there_are(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="tabletop"):
        evaluate(Settings("nothing"))
    with pytest.raises(KeyError, match="lift_tray"):
        evaluate(Settings("tabletop", tasks=("juggle",)))
    with pytest.raises(KeyError, match="skills"):
        evaluate(Settings("tabletop", "clairvoyance"))


def test_a_task_is_run_in_a_worker_and_reported(tmp_path: Path) -> None:
    told = []
    settings = Settings("tabletop", seed=5, tasks=("lift_tray",), delay_s=0.05)
    report = evaluate(settings, episodes=1, workers=2, folder=tmp_path, on_episode=told.append)
    (row,) = report["episodes"]
    assert told == [row]
    assert row["success"], row["failure"]
    assert {"task", "instruction", "seed", "success", "duration_s", "unintended_contacts", "interventions", "failure"} <= set(row)
    assert report["tasks"]["lift_tray"]["successes"] == 1
    assert 1.0 < row["peak_force_n"]["grip"] < 200.0
    assert (row["delay_s"], report["delay_s"]) == (0.05, 0.05)
    assert json.loads(json.dumps(report)) == report
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evaluation.json", "rows.jsonl"]


def _row(job: Any) -> dict[str, Any]:
    return {
        "task": job.task,
        "index": job.index,
        "instruction": "Do it.",
        "seed": job.index,
        "success": True,
        "duration_s": 1.0,
        "unintended_contacts": 0,
        "interventions": 0,
        "failure": "",
        "ending": "done",
    }


def test_an_evaluation_that_was_interrupted_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run: list[tuple[str, int]] = []

    def once(job: Any) -> dict[str, Any]:
        if len(run) == 3:
            raise KeyboardInterrupt
        run.append((job.task, job.index))
        return _row(job)

    settings = Settings("tabletop", tasks=("lift_tray", "red_cube_in_blue_bin"))
    monkeypatch.setattr(module, "_run_job", once)
    with pytest.raises(KeyboardInterrupt):
        evaluate(settings, 3, folder=tmp_path)
    first = list(run)
    run.clear()
    started: list[tuple[int, int]] = []
    report = evaluate(settings, 3, folder=tmp_path, on_start=lambda *counts: started.append(counts))
    assert started == [(3, 6)]
    assert len(run) == 3
    assert len({*first, *run}) == 6
    assert report["resumed"] == 3
    assert [row["index"] for row in report["episodes"]] == [0, 1, 2, 0, 1, 2]
    run.clear()
    assert evaluate(settings, 3, folder=tmp_path)["resumed"] == 6
    assert run == []


def test_what_an_episode_leaves_on_a_node_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there: list[Path] = []

    def fails(job: Any) -> dict[str, Any]:
        there.append(job.folder / "lift_tray-7")
        there[-1].mkdir()
        (there[-1] / "end.png").write_bytes(b"picture")
        return _row(job) | {"success": False, "failure": "it fell", "folder": str(there[-1])}

    monkeypatch.setattr(module, "_run_job", fails)
    monkeypatch.setattr(module, "run_ray_jobs", lambda function, jobs, workers, address: ((job, function(job)) for job in jobs))
    (row,) = evaluate(Settings("tabletop", tasks=("lift_tray",)), 1, folder=tmp_path, ray="local")["episodes"]
    assert row["folder"] == str(tmp_path / "lift_tray-7")
    assert (tmp_path / "lift_tray-7" / "end.png").read_bytes() == b"picture"
    assert not there[0].exists()
