from pathlib import Path

from tandem.cli.test import ALONE, SIDE_BY_SIDE, runs_of_pytest

TEST = Path(__file__).resolve().parents[2]


def test_all_rooms_are_run_once() -> None:
    rooms = {f"test/{path.name}" for path in TEST.iterdir() if any(path.rglob("test_*.py"))}
    assert sorted((*SIDE_BY_SIDE, *ALONE)) == sorted(rooms)
    runs = runs_of_pytest([], 2)
    assert sorted(word for run in runs for word in run if word.startswith("test/")) == sorted(rooms)


def test_cells_have_the_machine_to_themselves() -> None:
    first, second = runs_of_pytest([], 2)
    assert first[first.index("-n") + 1] == "2"
    assert "-n" not in second
    assert runs_of_pytest([], 96)[0][first.index("-n") + 1] == "8"
    assert not set(first) & set(ALONE)


def test_what_is_asked_for_is_one_run() -> None:
    (run,) = runs_of_pytest(["test/unit/safety", "-k", "margin"], 2)
    assert run[-3:] == ["test/unit/safety", "-k", "margin"]
    assert "-n" not in run
