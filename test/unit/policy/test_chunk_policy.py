"""What runs a model: joins, delays, verdicts, endings."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from chunk_models import ReachModel
from hypothesis import given, settings
from hypothesis import strategies as st
from kinematic_world import KinematicWorld
from numpy.typing import NDArray
from things import standing

from tandem.cell import names
from tandem.cell.chunk import ActionChunk, Outcome, Verdict
from tandem.cell.plan import Step
from tandem.cell.robot import RobotModel, home_positions
from tandem.policy.chunks.policy import ChunkPolicy
from tandem.policy.chunks.settings import Chunking, ChunkSettings, EndingSettings, UncertaintySettings
from tandem.policy.protocol import PolicyOutput
from tandem.safety.settings import filter_settings, ordinary_rates

Array = NDArray[np.float64]

HOME = home_positions()
ARMS = np.array([name not in names.GRIPPER_JOINT.values() for name in names.JOINTS])
STEP = Step("pick", "left", "red_cube", text="pick the red cube")
RED = standing("red_cube", 0.42, 0.05, 0.3)
SPLICE = filter_settings().splice_s


def goal(**joints: float) -> Array:
    target = HOME.copy()
    for name, value in joints.items():
        target[names.JOINTS.index(name)] += value
    return target


REACH = goal(left_shoulder_pan_joint=0.5, left_elbow_joint=-0.4)


@dataclass
class Cell:
    """A policy, a world that follows chunks exactly, and time that goes on while the policy thinks."""

    model: ReachModel
    world: KinematicWorld
    settings: ChunkSettings = field(default_factory=ChunkSettings)
    delay: Callable[[], float] = lambda: 0.05
    period: float = 0.4
    chunks: list[ActionChunk] = field(default_factory=list)
    taken_at: list[float] = field(default_factory=list)
    outputs: list[PolicyOutput] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.thought = 0.0
        self.policy = ChunkPolicy(self.model, self.settings, clock=lambda: self.world.time + self.thought)

    def begin(self, step: Step = STEP) -> None:
        self.policy.begin(step, "1.1", self.world.observation())

    def tick(self) -> PolicyOutput:
        self.thought = 0.02 * round(self.delay() / 0.02)
        output = self.policy.infer(self.world.observation())
        self.outputs.append(output)
        self.world.advance(self.thought)
        spent, self.thought = self.thought, 0.0
        if output.chunk is not None:
            self.chunks.append(output.chunk)
            self.taken_at.append(self.world.time + SPLICE)
            self.world.advance(SPLICE)
            self.world.take(output.chunk)
            spent += SPLICE
        self.world.advance(max(0.02, self.period - spent))
        return output

    def run(self, limit_s: float = 30.0) -> PolicyOutput:
        while self.world.time < limit_s:
            output = self.tick()
            if output.status != "running":
                return output
        raise AssertionError(f"not over: {self.outputs[-1]}")

    def tell(self, outcome: Outcome, reason: str = "something is near", until: float = 0.0) -> None:
        chunk = self.chunks[-1]
        verdict = Verdict(self.world.time, chunk.source, chunk.sequence, chunk.step_id, outcome, "S3", reason)
        self.policy.heard(replace(verdict, certified_until=until))


@pytest.fixture
def cell(robot: RobotModel) -> Callable[..., Cell]:
    def make(model: ReachModel | None = None, **options: object) -> Cell:
        return Cell(model or ReachModel(REACH), KinematicWorld(robot, [RED]), **options)  # type: ignore[arg-type]

    return make


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


def test_what_is_decided_reaches_as_far_as_the_answer_is_late(cell: Callable[..., Cell]) -> None:
    ride = cell(delay=lambda: 0.3)
    ride.begin()
    for _ in range(6):
        ride.tick()
    assert len(ride.model.requests[0].committed) >= 1
    late = ride.model.requests[-1]
    assert len(late.committed) == 1 + int((0.3 + SPLICE + 0.02) / 0.1)
    times = late.observation.stamp + 0.1 * np.arange(len(late.committed))
    assert np.allclose(late.committed, at(ride.chunks[-2], times), atol=2e-3)


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


def test_a_model_that_does_nothing_fails_in_words(cell: Callable[..., Cell]) -> None:
    ride = cell(ReachModel(HOME.copy(), says_done=False))
    ride.begin()
    output = ride.run()
    assert output.status == "failed"
    assert "nothing has moved for 5 s, and 'pick the red cube' isn't done" in output.reason


def test_to_hold_still_for_a_time_needs_no_model(cell: Callable[..., Cell]) -> None:
    ride = cell(ReachModel(REACH))
    ride.begin(Step("hold", "left", "red_cube", duration=3.0, text="hold the red cube"))
    output = ride.run()
    assert output.status == "done"
    assert 3.0 <= ride.world.time < 4.5
    assert all(np.ptp(chunk.positions, axis=0).max() < 1e-6 for chunk in ride.chunks)


def test_a_model_that_cannot_tell_is_done_when_the_arms_rest(cell: Callable[..., Cell]) -> None:
    ride = cell(ReachModel(REACH, says_done=False))
    ride.begin()
    assert ride.run().status == "done"


@pytest.mark.parametrize(("seen", "status"), [(True, "done"), (False, "failed")])
def test_a_model_that_cannot_tell_is_judged_by_what_is_seen(robot: RobotModel, seen: bool, status: str) -> None:
    ride = Cell(ReachModel(REACH, says_done=False), KinematicWorld(robot, [RED]))
    ride.policy = ChunkPolicy(ride.model, postcondition=lambda step, before, now: seen)
    ride.begin()
    assert ride.run().status == status


def test_while_the_model_is_away_nothing_is_sent_and_it_goes_on_after(cell: Callable[..., Cell]) -> None:
    ride = cell()
    ride.begin()
    ride.tick()
    ride.tick()
    ride.model.away = "no connection"
    outputs = [ride.tick() for _ in range(10)]
    assert all(output.chunk is None and output.status == "running" for output in outputs)
    assert outputs[-1].reason == "waiting for reach since 4 s: no connection"
    assert np.abs(ride.world.velocities).max() < 1e-9
    ride.model.away = ""
    assert ride.run().status == "done"
    assert np.abs(ride.world.positions - REACH).max() < 0.02


def test_a_model_that_stays_away_is_given_up(cell: Callable[..., Cell]) -> None:
    ride = cell(ReachModel(away="no connection"), settings=ChunkSettings(ending=EndingSettings(away_limit_s=3.0)))
    ride.begin()
    output = ride.run()
    assert output.status == "failed"
    assert output.reason.startswith("reach has not answered for 3 s: no connection")


def test_an_answer_that_is_no_chunk_counts_as_none(cell: Callable[..., Cell]) -> None:
    model = ReachModel()
    ride = cell(model)
    ride.begin()
    model.goal = np.full(names.DOF, np.nan)
    output = ride.tick()
    assert (output.chunk, output.status) == (None, "running")
    assert "not finite" in output.reason


def test_an_unsure_model_moves_slower(cell: Callable[..., Cell]) -> None:
    travelled = []
    for spread in (0.0, 0.04):
        ride = cell(ReachModel(REACH, spread=spread))
        ride.begin()
        for _ in range(2):
            output = ride.tick()
        assert output.spread == spread
        travelled.append(abs(ride.world.positions[0] - HOME[0]))
    assert travelled[1] < 0.85 * travelled[0]


def test_a_model_that_stays_unsure_asks(cell: Callable[..., Cell]) -> None:
    ride = cell(ReachModel(REACH, spread=0.09), settings=ChunkSettings(uncertainty=UncertaintySettings(ask_answers=3)))
    ride.begin()
    output = ride.run()
    assert len(ride.outputs) == 3
    assert output.status == "failed"
    assert "I am not sure how to do 'pick the red cube': my attempts lie 90 mm apart" in output.reason


def test_or_hands_over_to_another_policy(robot: RobotModel) -> None:
    ride = Cell(ReachModel(REACH, spread=0.09), KinematicWorld(robot, [RED]))
    other = ChunkPolicy(ReachModel(REACH, name="skills"))
    ride.policy = ChunkPolicy(ride.model, fallback=other)
    ride.begin()
    assert ride.run().status == "done"
    assert {chunk.source for chunk in ride.chunks} == {"reach"}
    assert any("the skills take over" in output.reason for output in ride.outputs)


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
