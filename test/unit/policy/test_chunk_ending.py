"""When a step that a model carries out is over."""

from dataclasses import replace

import numpy as np
import pytest
from kinematic_world import KinematicWorld
from things import standing

from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel
from tandem.cell.scene import Scene
from tandem.policy.chunks.ending import Ending
from tandem.policy.chunks.settings import EndingSettings

PLACE = Step("place", "left", "red_cube", "blue_bin", "in", text="place the red cube in the blue bin")


@pytest.fixture(scope="module")
def at_rest() -> Observation:
    return KinematicWorld(RobotModel(), [standing("red_cube", 0.42, 0.05)]).observation()


def _seen(base: Observation, stamp: float, held_by: str) -> Observation:
    items = tuple(replace(item, held_by=held_by) for item in base.scene)
    return replace(base, stamp=stamp, scene=Scene(stamp, items))


def _story(base: Observation, *, achieved: bool | None, held: str = "left", done: float = 0.0) -> list[str]:
    """What is ruled every half second: held for one second, then not."""
    ending = Ending(EndingSettings(lost_s=2.0, still_s=60.0), PLACE, _seen(base, 0.0, held), lambda *_: achieved)
    ending.answered(done)
    told = []
    for tick in range(10):
        stamp = 0.5 * tick
        told.append(ending.look(_seen(base, stamp, held if stamp <= 1.0 else "")))
    return [ruling.reason if ruling.status == "failed" else ruling.status for ruling in told]


def test_what_was_dropped_on_the_way_ends_the_step(at_rest: Observation) -> None:
    told = _story(at_rest, achieved=False)
    assert told[:6] == ["running"] * 6
    assert told[6] == "the red cube is no longer held"


@pytest.mark.parametrize("achieved", [True, None])
def test_what_was_put_where_it_belongs_is_not_lost(at_rest: Observation, achieved: bool | None) -> None:
    assert set(_story(at_rest, achieved=achieved)) == {"running"}


def test_a_model_that_is_nearly_sure_is_believed_once_the_arms_rest_and_it_is_seen(at_rest: Observation) -> None:
    told = _story(at_rest, achieved=True, done=0.4)
    assert told[:4] == ["running"] * 4  # just let go
    assert set(told[4:]) == {"done"}
    assert set(_story(at_rest, achieved=None, done=0.4)) == {"running"}


@pytest.mark.parametrize(("achieved", "done", "ends"), [(True, 0.4, 7), (True, 0.2, None), (False, 0.4, None), (None, 0.4, None)])
def test_arms_that_creep_on_do_not_keep_a_step_from_being_done(
    at_rest: Observation, achieved: bool | None, done: float, ends: int | None
) -> None:
    ending = Ending(EndingSettings(lingers_s=3.0, still_s=60.0), PLACE, at_rest, lambda *_: achieved)
    ending.answered(done)
    creeping = replace(at_rest, velocities=np.full(14, 0.05))
    told = [ending.look(replace(creeping, stamp=at_rest.stamp + 0.5 * tick)).resting for tick in range(9)]
    assert (told.index(True) if any(told) else None) == ends
    assert ending.look(replace(at_rest, stamp=at_rest.stamp + 5.0)).status == ("done" if ends else "running")


@pytest.mark.parametrize(("felt", "ends"), [(True, 3), (False, None), (None, None)])
def test_what_no_scene_shows_is_done_once_it_was_felt(at_rest: Observation, felt: bool | None, ends: int | None) -> None:
    ending = Ending(EndingSettings(rest_s=1.2, still_s=60.0), PLACE, at_rest, lambda *_: None)
    ending.answered(0.4, felt)
    told = [ending.look(replace(at_rest, stamp=at_rest.stamp + 0.5 * tick)) for tick in range(9)]
    statuses = [ruling.status for ruling in told]
    assert (statuses.index("done") if "done" in statuses else None) == ends
    assert ends is None or "felt to be done" in told[ends].reason


@pytest.mark.parametrize(("until", "ends"), [(0, 1), (6, 7), (40, 10)])
@pytest.mark.parametrize("done", [0.4, 0.9])
def test_what_still_rolls_is_waited_for_but_not_for_ever(at_rest: Observation, until: int, ends: int, done: float) -> None:
    ending = Ending(EndingSettings(rest_s=0.5, still_s=5.0, done_answers=1), PLACE, _rolled(at_rest, 0, until), lambda *_: True)
    ending.answered(done)
    statuses = [ending.look(_rolled(at_rest, tick, until)).status for tick in range(12)]
    assert statuses.index("done") == ends


def _rolled(base: Observation, tick: int, until: int) -> Observation:
    """One centimetre every half second for so many ticks."""
    moved = 0.01 * min(tick, until)
    items = tuple(replace(item, pose=Pose((moved, 0.0, 0.0)) @ item.pose) for item in base.scene)
    stamp = base.stamp + 0.5 * tick
    return replace(base, stamp=stamp, scene=Scene(stamp, items))


def test_what_was_never_held_is_not_lost(at_rest: Observation) -> None:
    assert set(_story(at_rest, achieved=False, held="")) == {"running"}


@pytest.mark.parametrize(("speed", "fails"), [(0.006, False), (0.0, True)])
def test_slow_is_not_stuck(at_rest: Observation, speed: float, fails: bool) -> None:
    ending = Ending(EndingSettings(still_s=5.0), PLACE, at_rest, lambda *_: False)
    ending.answered(0.0)
    statuses = [
        ending.look(replace(at_rest, stamp=at_rest.stamp + 0.5 * tick, positions=at_rest.positions + 0.5 * tick * speed)).status
        for tick in range(30)
    ]
    assert ("failed" in statuses) == fails


def test_who_dithers_is_stuck(at_rest: Observation) -> None:
    ending = Ending(EndingSettings(still_s=5.0), PLACE, at_rest, lambda *_: False)
    ending.answered(0.0)
    moving = replace(at_rest, velocities=np.full(14, 0.2))
    for tick in range(12):
        shaken = at_rest.positions + np.where(np.arange(14) % 7 < 6, 0.01, 0.0001) * (-1) ** tick
        ruling = ending.look(replace(moving, stamp=at_rest.stamp + 0.5 * tick, positions=shaken))
    assert ruling.status == "failed"


@pytest.mark.parametrize(("free_at", "fails"), [(99, True), (4, False)])
def test_arms_that_only_evade_something_give_up(at_rest: Observation, free_at: int, fails: bool) -> None:
    ending = Ending(EndingSettings(blocked_s=3.0), PLACE, at_rest, lambda *_: False)
    for tick in range(8):
        now = at_rest.stamp + 0.5 * tick
        ending.answered(0.0)
        ending.hindered("" if tick == free_at else "left_finger_a_link is near the red bin", now)
        ruling = ending.look(replace(at_rest, stamp=now, positions=at_rest.positions + 0.1 * tick))
    assert (ruling.status == "failed") == fails
    assert ("near the red bin" in ruling.reason) == fails
