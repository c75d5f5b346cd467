"""What runs a model: joins, delays, verdicts."""

from collections.abc import Callable

import numpy as np
import pytest
from chunk_cells import HOME, REACH, RED, SPLICE, STEP, Cell, goal
from chunk_models import ReachModel
from hypothesis import given, settings
from hypothesis import strategies as st
from kinematic_world import KinematicWorld
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.chunk import ActionChunk, Outcome
from tandem.cell.plan import Step
from tandem.cell.robot import RobotModel
from tandem.policy.chunks.policy import ChunkPolicy
from tandem.policy.chunks.settings import Chunking, ChunkSettings, EndingSettings
from tandem.safety.settings import filter_settings, ordinary_rates

Array = NDArray[np.float64]

ARMS = np.array([name not in names.GRIPPER_JOINT.values() for name in names.JOINTS])


def joined(join: str, **more: float) -> ChunkSettings:
    return ChunkSettings(Chunking(join=join, **more))  # type: ignore[arg-type]


def at(chunk: ActionChunk, times: Array) -> Array:
    rows = chunk.stamp + chunk.step_dt * np.arange(len(chunk.positions))
    return np.array([np.interp(times, rows, column) for column in chunk.positions.T]).T


@pytest.mark.parametrize("join", ["rtc", "ensemble", "replace"])
def test_reaches_what_the_model_wants_and_says_when_it_is_done(cell: Callable[..., Cell], join: str) -> None:
    ride = cell(settings=joined(join))
    ride.begin()
    assert ride.run().status == "done"
    assert np.abs(ride.world.positions - REACH).max() < 0.02
    assert ride.model.begun == [STEP]


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    join=st.sampled_from(["rtc", "ensemble", "replace"]),
    delays=st.lists(st.floats(0.0, 0.3), min_size=4, max_size=8),
    inpaints=st.booleans(),
    step_dt=st.sampled_from([0.02, 0.05, 0.1]),
    seed=st.integers(0, 10_000),
)
def test_no_seam_jumps(robot: RobotModel, join: str, delays: list[float], inpaints: bool, step_dt: float, seed: int) -> None:
    """Whatever the delays, and although the model changes its mind at random every time."""
    random = np.random.default_rng(seed)
    model = ReachModel(REACH, inpaints=inpaints, step_dt=step_dt, rows=round(1.6 / step_dt))
    given_delays = iter([*delays, *delays, *delays])
    ride = Cell(model, KinematicWorld(robot, [RED]), joined(join), delay=lambda: next(given_delays))
    ride.begin()
    for _ in range(2 * len(delays)):
        model.goal = goal(left_shoulder_pan_joint=random.uniform(-0.6, 0.6), left_elbow_joint=random.uniform(-0.5, 0.5))
        ride.tick()
    limits = ordinary_rates()
    for chunk in ride.chunks:
        speeds = np.abs(np.diff(chunk.positions, axis=0)) / chunk.step_dt
        assert (speeds <= 1.5 * limits.velocity).all()
    for old, new, time in zip(ride.chunks, ride.chunks[1:], ride.taken_at[1:], strict=False):
        if time > old.stamp + old.duration:
            continue  # the arms came to rest in between
        seam = time + np.array([-0.02, 0.0])
        assert np.abs(at(old, seam) - at(new, seam))[:, ARMS].max() < filter_settings().pass_deviation
        before, after = np.diff(at(old, seam), axis=0)[0], np.diff(at(new, seam + 0.02), axis=0)[0]
        # Two rows apart, the speed changes by no more than about twice what acceleration and jerk let it.
        assert (np.abs(after - before) / 0.02 <= 2.5 * limits.acceleration * 0.02 + 1e-3).all()


def test_what_is_decided_reaches_past_where_the_answer_takes_effect(cell: Callable[..., Cell]) -> None:
    ride = cell(delay=lambda: 0.3)
    ride.begin()
    for _ in range(6):
        ride.tick()
    assert len(ride.model.requests[0].committed) >= 1
    late = ride.model.requests[-1]
    assert len(late.committed) == 1 + int(np.ceil((0.3 + SPLICE + 0.02) / 0.1))
    times = late.observation.stamp + 0.1 * np.arange(len(late.committed))
    assert np.allclose(late.committed, at(ride.chunks[-2], times), atol=2e-3)


def test_a_model_that_answers_at_once_is_told_how_fast_the_arms_are(cell: Callable[..., Cell]) -> None:
    ride = cell(delay=lambda: 0.0)
    ride.begin()
    for _ in range(6):
        ride.tick()
    assert len(ride.model.requests[-1].committed) == 2


def test_what_was_measured_before_the_clock_was_set_back_does_not_count(robot: RobotModel, cell: Callable[..., Cell]) -> None:
    ride = cell(delay=lambda: 0.6)
    ride.begin()
    for _ in range(20):
        ride.tick()
    assert len(ride.model.requests[-1].committed) > 6
    ride.world = KinematicWorld(robot, [RED])
    ride.begin()
    ride.tick()
    assert len(ride.model.requests[-1].committed) == 3


def test_the_first_slow_answers_do_not_count(cell: Callable[..., Cell]) -> None:
    delays = iter([0.8, 0.6, *[0.04] * 20])
    ride = cell(delay=lambda: next(delays))
    ride.begin()
    for _ in range(8):
        ride.tick()
    assert len(ride.model.requests[-1].committed) == 2


def test_without_a_clock_time_stands_still(robot: RobotModel) -> None:
    world = KinematicWorld(robot, [RED])
    policy = ChunkPolicy(ReachModel(REACH))
    policy.begin(STEP, "1", world.observation())
    output = policy.infer(world.observation())
    assert output.chunk is not None
    assert output.chunk.stamp == pytest.approx(world.time)
    assert np.allclose(output.chunk.positions[0], HOME, atol=1e-6)


def test_a_rejected_chunk_changes_nothing(cell: Callable[..., Cell]) -> None:
    ride = cell()
    ride.begin()
    for _ in range(3):
        ride.tick()
    kept, ride.world.chunk = ride.chunks[-2], ride.chunks[-2]
    ride.tell(Outcome.REJECTED)
    ride.world.positions = at(kept, np.array([ride.world.time]))[0]
    ride.tick()
    request = ride.model.requests[-1]
    assert np.allclose(request.committed[0], at(kept, np.array([request.observation.stamp]))[0], atol=5e-3)


def test_after_a_stop_it_begins_anew_at_rest_where_the_arms_are(cell: Callable[..., Cell]) -> None:
    ride = cell()
    ride.begin()
    for _ in range(3):
        ride.tick()
    ride.world.chunk = None
    ride.tell(Outcome.STOPPED)
    ride.world.positions = ride.world.positions + 0.01
    ride.tick()
    committed = ride.model.requests[-1].committed
    assert np.allclose(committed[:, ARMS], ride.model.requests[-1].observation.positions[ARMS], atol=1e-9)


def test_a_truncated_chunk_is_a_stop_on_its_path(cell: Callable[..., Cell]) -> None:
    ride = cell(delay=lambda: 0.3)
    ride.begin()
    for _ in range(3):
        ride.tick()
    newest = ride.chunks[-1]
    stop = ride.world.time + 0.05
    ride.tell(Outcome.TRUNCATED, until=stop)
    ride.tick()
    committed = ride.model.requests[-1].committed
    assert np.allclose(committed[1:], committed[1], atol=1e-3)
    assert np.abs(committed[1] - at(newest, np.array([stop]))[0]).max() < 0.1


def test_arms_that_were_slowed_down_are_found_on_their_path(cell: Callable[..., Cell]) -> None:
    ride = cell()
    ride.begin()
    for _ in range(3):
        ride.tick()
    where = at(ride.chunks[-1], np.array([ride.world.time - 0.2]))[0]
    ride.world.positions = where
    ride.tell(Outcome.SLOWED)
    ride.tick()
    assert np.abs(ride.model.requests[-1].committed[0] - where)[ARMS].max() < 0.02


def test_arms_that_were_led_aside_go_on_from_there(cell: Callable[..., Cell]) -> None:
    ride = cell()
    ride.begin()
    for _ in range(3):
        ride.tick()
    ride.world.positions = ride.world.positions + 0.02 * (goal(left_shoulder_lift_joint=1.0) - HOME)
    where = ride.world.positions.copy()
    ride.tell(Outcome.PROJECTED)
    ride.tick()
    assert np.abs(ride.model.requests[-1].committed[0] - where)[ARMS].max() < 1e-6
    assert ride.run().status == "done"


def test_a_step_of_which_every_chunk_meets_something_fails(cell: Callable[..., Cell]) -> None:
    ride = cell(settings=ChunkSettings(ending=EndingSettings(blocked_s=1.5, still_s=60.0)))
    ride.begin()
    ride.tick()
    while (output := ride.tick()).status == "running":
        ride.tell(Outcome.TRUNCATED, "the arms would meet", ride.world.time)
    assert (output.status, ride.world.time < 6.0) == ("failed", True)
    assert "the arms would meet" in output.reason


def test_arms_that_were_moved_by_others_are_believed(cell: Callable[..., Cell]) -> None:
    ride = cell()
    ride.begin()
    ride.tick()
    ride.world.chunk = None
    ride.world.positions = HOME + np.where(ARMS, 0.3, 0.0)
    ride.tick()
    assert np.allclose(ride.model.requests[-1].committed[0][ARMS], (HOME + 0.3)[ARMS], atol=1e-9)


def test_the_arm_that_is_not_used_keeps_still(cell: Callable[..., Cell]) -> None:
    ride = cell(ReachModel(goal(left_elbow_joint=-0.3, right_elbow_joint=0.02)))
    ride.begin()
    for _ in range(4):
        ride.tick()
    right = np.concatenate([chunk.positions[:, names.ARM_COLUMNS["right"]] for chunk in ride.chunks])
    assert np.abs(right - HOME[names.ARM_COLUMNS["right"]]).max() < 1e-9
    assert np.abs(ride.world.positions - HOME)[2] > 0.1


def test_the_model_may_move_the_other_arm_if_it_means_to(cell: Callable[..., Cell]) -> None:
    target = goal(right_elbow_joint=0.4)
    ride = cell(ReachModel(target))
    ride.begin()
    ride.run()
    assert np.abs(ride.world.positions - target).max() < 0.02


def test_fingers_keep_what_their_drives_can_do(cell: Callable[..., Cell]) -> None:
    target = HOME.copy()
    target[names.GRIPPER_COLUMN["left"]] = 0.0
    ride = cell(ReachModel(target, speed=100.0, acceleration=1e4))
    ride.begin()
    for _ in range(4):
        ride.tick()
    limits = ordinary_rates()
    finger = names.GRIPPER_COLUMN["left"]
    for chunk in ride.chunks:
        column = chunk.positions[:, finger]
        assert column.min() >= 0.0
        assert column.max() <= limits.upper[finger]
        assert np.abs(np.diff(column)).max() / 0.02 <= 1.05 * limits.velocity[finger]
        assert np.abs(np.diff(column, 2)).max() / 0.02**2 <= 1.3 * limits.acceleration[finger]


def test_a_new_step_goes_on_from_where_the_arms_were_sent(cell: Callable[..., Cell]) -> None:
    """Fingers that squeeze something were sent farther than they are measured; letting them be would drop it."""
    grip = REACH.copy()
    grip[names.GRIPPER_COLUMN["left"]] = 0.012
    ride = cell(ReachModel(grip))
    ride.begin()
    ride.run()
    ride.world.positions = ride.world.positions.copy()
    ride.world.chunk = None
    ride.world.positions[names.GRIPPER_COLUMN["left"]] = 0.016
    ride.begin(Step("place", "left", "red_cube", "table", "on"))
    ride.tick()
    assert ride.model.requests[-1].committed[0][names.GRIPPER_COLUMN["left"]] == pytest.approx(0.012, abs=1e-3)
