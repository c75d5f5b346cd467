import json

import pytest
from made_up_reports import made_up

from tandem.learning.reports.compare import compare, names_of
from tandem.learning.reports.comparison_page import comparison_page


def test_a_worse_policy_and_harder_presses_are_seen() -> None:
    base, worse = made_up(60, seed=1), made_up(60, seed=2, worse=0.3, press=16.0, policy="vla")
    found = compare([base, worse], ["skills", "vla"])
    first, second = (entry.whole for entry in found.entries)
    assert first.difference is None
    assert second.difference is not None
    assert second.difference.high < 0.0
    assert second.difference.value == pytest.approx(worse["success_rate"] - base["success_rate"], abs=1e-4)
    pressed = second.forces["objects"].difference
    assert pressed is not None
    assert pressed.low > 2.0
    assert pressed.p < 0.001
    gripped = second.forces["grip"].difference
    assert gripped is not None
    assert not gripped.clear
    assert set(found.entries[1].tasks) == set(base["tasks"])


def test_the_same_scenes_are_compared_one_by_one_and_others_are_not() -> None:
    base, same = made_up(20, seed=1), made_up(20, seed=2)
    pairs = compare([base, same], ["a", "b"]).entries[1].whole.pairs
    assert pairs is not None
    assert pairs.n == 60
    gained = sum(
        after["success"] and not before["success"] for before, after in zip(base["episodes"], same["episodes"], strict=True)
    )
    assert pairs.gained == gained
    for row in same["episodes"]:
        row["seed"] += 5000
    assert compare([base, same], ["a", "b"]).entries[1].whole.pairs is None


def test_of_fewer_tasks_or_episodes_only_what_both_have_is_compared() -> None:
    base, few = made_up(20, seed=1), made_up(20, seed=1)
    few["episodes"] = [row for row in few["episodes"] if row["task"] == "insert_the_peg"][:10]
    for row in few["episodes"]:
        row["success"] = False
    few["tasks"] = {"insert_the_peg": few["tasks"]["insert_the_peg"]}
    whole = compare([base, few], ["a", "b"]).entries[1].whole
    pegs = [row["success"] for row in base["episodes"] if row["task"] == "insert_the_peg"]
    assert whole.share.n == 10
    assert whole.difference is not None
    assert whole.difference.value == pytest.approx(-sum(pegs) / 20)
    assert whole.pairs is not None
    assert (whole.pairs.n, whole.pairs.gained, whole.pairs.lost) == (10, 0, sum(pegs[:10]))


def test_says_what_makes_reports_less_comparable() -> None:
    base, other = made_up(5), made_up(5, git="elsewhere", randomise=True)
    other["tasks"].pop("insert_the_peg")
    (warning,) = compare([base, other], ["a", "b"]).warnings
    assert warning == "b has another state of the source, other tasks, a cell that is varied otherwise than a"
    assert compare([base, made_up(5, seed=1)], ["a", "b"]).warnings == ()
    with pytest.raises(ValueError, match="at least two"):
        compare([base], ["a"])
    with pytest.raises(ValueError, match="different names"):
        compare([base, base], ["a", "a"])


def test_reports_are_called_by_what_differs() -> None:
    on = made_up(2, policy="vla", options={"checkpoint": "/models/small", "touch": "on"})
    off = made_up(2, policy="vla", options={"checkpoint": "/models/small", "touch": "off"})
    assert names_of([on, off], ["a", "b"]) == ["touch=on", "touch=off"]
    assert names_of([on, made_up(2)], ["a", "b"]) == ["vla, checkpoint=small, touch=on", "skills"]
    assert names_of([made_up(2, delay_s=0.0), made_up(2, delay_s=0.2)], ["a", "b"]) == ["0 s added", "0.2 s added"]
    assert names_of([on, on], ["x", "y"]) == ["x", "y"]
    assert names_of([on, on], ["x", "x"]) == ["1: x", "2: x"]


def test_the_comparison_is_json_and_a_page() -> None:
    found = compare([made_up(8, seed=seed, delay_s=0.1 * seed) for seed in range(3)], ["none", "some", "more"])
    told = json.loads(json.dumps(found.as_json()))
    assert told["schema"] == "tandem.compare/1"
    assert told["base"] == "none"
    assert told["reports"][2]["whole"]["difference"]["low"] < told["reports"][2]["whole"]["difference"]["high"]
    assert told["reports"][2]["report"]["delay_s"] == 0.2
    page = comparison_page(found)
    assert "Success against the delay" in page
    assert "Mann-Whitney" in page
    assert "insert the peg" in page
    assert "http" not in page
