"""The command, as a newcomer types it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import av
import pytest

from tandem.cli.processes import is_tandem_process

TIMEOUT_S = 240.0


def _tandem(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tandem.cli.app", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


def _demo(folder: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = _tandem(folder, "demo", *arguments, "--report", "r.json")
    assert (folder / "r.json").is_file(), done.stdout + done.stderr
    report = json.loads((folder / "r.json").read_text())
    assert report["schema"] == "tandem.demo/1"
    return done.returncode, report


def test_hand_over_through_the_nodes(tmp_path: Path, ros_domain: int) -> None:
    del ros_domain
    code, report = _demo(tmp_path, "--seed", "5", "--video", "v.mp4")
    assert code == 0, report["error_msg"]
    assert report["success"]
    assert report["truth"]["success"], report["truth"]
    assert report["truth"]["unintended_contacts"] == 0, report["truth"]
    assert [step["verb"] for step in report["plan"]] == ["pick", "hand_over", "place"]
    assert all(step["outcome"] == "done" and step["attempts"] >= 1 and step["duration_s"] > 0 for step in report["steps"])
    names = {node["name"] for node in report["nodes"]}
    assert names >= {"sim", "perception", "instruction", "vla", "planner", "executor", "safety_monitor"}
    pids = [node["pid"] for node in report["nodes"]]
    assert len(set(pids)) == len(pids), "each node is a process of its own"
    assert not any(is_tandem_process(pid) for pid in pids), "nothing is left running"
    with av.open(str(tmp_path / "v.mp4")) as video:
        stream = video.streams.video[0]
        assert float(stream.duration * stream.time_base) > 10.0


def test_the_learned_policy_hands_over_through_the_nodes(tmp_path: Path, ros_domain: int) -> None:
    """What it learned fails once in fifty hand-overs (docs/results/tabletop-vla.json); twice in a row is a fault of the cell."""
    del ros_domain
    for seed in ("5", "6"):
        code, report = _demo(tmp_path, "--seed", seed, "--policy", "vla")
        assert report["truth"]["unintended_contacts"] == 0, report["truth"]
        if code == 0:
            break
    assert code == 0, report["error_msg"]
    assert report["truth"]["success"], report["truth"]
    assert [(step["verb"], step["outcome"]) for step in report["steps"]] == [
        (verb, "done") for verb in ("pick", "hand_over", "place")
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [("juggle three chainsaws", "juggle"), ("pick up the purple elephant", "elephant"), ("pick up the cube", "red cube")],
)
def test_refusal_ends_quickly_and_moves_nothing(tmp_path: Path, ros_domain: int, text: str, words: str) -> None:
    del ros_domain
    code, report = _demo(tmp_path, text, "--seed", "2")
    assert code != 0
    assert not report["success"]
    assert report["error_code"] != 0
    assert words in (report["error_msg"] + report["question"]).lower().replace("_", " ")
    assert report["largest_joint_motion_rad"] < 0.002
    assert report["timing"]["first_motion_s"] is None


def test_parse_gives_the_same_answers_as_json(tmp_path: Path) -> None:
    plan = _tandem(tmp_path, "parse", "put the red cube in the blue bin", "--seed", "2")
    assert plan.returncode == 0, plan.stderr
    report = json.loads(plan.stdout)
    assert report["schema"] == "tandem.parse/1"
    assert [(step["verb"], step["object"]) for step in report["plan"]] == [("pick", "red_cube"), ("place", "red_cube")]
    question = _tandem(tmp_path, "parse", "pick up the cube", "--seed", "2")
    assert question.returncode != 0
    assert json.loads(question.stdout)["outcome"] == "question"


def test_parse_of_a_scene_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "scene.json").write_text('{"objects": [{"name": "red_cube"}]}')
    done = _tandem(tmp_path, "parse", "pick up the red cube", "--scene", "scene.json")
    assert done.returncode == 2
    assert "lacks" in done.stderr
