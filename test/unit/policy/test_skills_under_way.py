"""What the planned skills send while they are under way, and how they go on after a verdict."""

from dataclasses import replace

import numpy as np
import pytest
from kinematic_world import KinematicWorld
from skill_ride import BLUE_BIN, GREEN, HOME, PERIOD, RED, RideMaker

from tandem.cell import names
from tandem.cell.chunk import Outcome
from tandem.cell.plan import Step
from tandem.cell.robot import RobotModel
from tandem.motion.ompl_planner import OmplPlanner
from tandem.policy.skills.policy import SkillsPolicy


def test_successive_windows_lie_on_one_trajectory(ride: RideMaker) -> None:
    cell = ride(RED)
    cell.step(Step("pick", "left", "red_cube"))
    for before, after in zip(cell.chunks, cell.chunks[1:], strict=False):
        rows = before.stamp + before.step_dt * np.arange(len(before.positions))
        soon = (rows >= after.stamp) & (rows <= after.stamp + 0.1)
        for time, row in zip(rows[soon], before.positions[soon], strict=True):
            later = after.stamp + after.step_dt * np.arange(len(after.positions))
            there = np.array([np.interp(time, later, column) for column in after.positions.T])
            assert np.abs(there - row).max() < 1e-3


def test_chunks_are_well_formed_and_begin_about_now(ride: RideMaker) -> None:
    cell = ride(RED)
    cell.policy.begin(Step("pick", "left", "red_cube"), "one", cell.world.observation())
    for _ in range(5):
        chunk = cell.tick().chunk
        assert chunk is not None
        assert chunk.joint_names == names.JOINTS
        assert chunk.positions.shape == (50, names.DOF)
        assert chunk.step_id == "one"
        assert -1e-6 <= chunk.stamp - (cell.world.time - PERIOD) <= chunk.step_dt + 1e-6


def test_allows_only_the_contacts_of_the_task(ride: RideMaker) -> None:
    cell = ride(RED, GREEN, BLUE_BIN)
    cell.step(Step("pick", "left", "red_cube"))
    first = cell.chunks[0]
    assert first.allowed_contacts == ()
    cell.step(Step("place", "left", "red_cube", "blue_bin", "in"))
    expected = {("left_fingers", "red_cube"), ("red_cube", "table"), ("red_cube", "blue_bin")}
    assert {pair for chunk in cell.chunks for pair in chunk.allowed_contacts} == expected


def test_keeps_squeezing_from_one_step_to_the_next(ride: RideMaker) -> None:
    cell = ride(RED)
    cell.step(Step("pick", "left", "red_cube"))
    closed = cell.chunks[-1].positions[-1, names.GRIPPER_COLUMN["left"]]
    cell.step(Step("home", "both"))
    assert all((chunk.positions[:, names.GRIPPER_COLUMN["left"]] <= closed + 1e-9).all() for chunk in cell.chunks[-4:])
    assert cell.world.scene()["red_cube"].held_by == "left"


def test_a_policy_that_was_started_anew_keeps_squeezing(ride: RideMaker, robot: RobotModel, planner: OmplPlanner) -> None:
    cell = ride(RED)
    cell.step(Step("pick", "left", "red_cube"))
    cell.policy = SkillsPolicy(planner, robot)
    cell.step(Step("home", "both"))
    assert cell.world.scene()["red_cube"].held_by == "left"


@pytest.mark.parametrize("outcome", [Outcome.TRUNCATED, Outcome.REJECTED])
def test_goes_on_from_where_the_arms_came_to_rest(ride: RideMaker, outcome: Outcome) -> None:
    cell = ride(RED)
    cell.policy.begin(Step("pick", "left", "red_cube"), "one", cell.world.observation())
    cell.tick()
    cell.tick()
    cell.world.chunk = None  # the arms stop at once
    cell.policy.heard(cell.verdict(outcome))
    quiet = cell.policy.infer(cell.world.observation())
    assert quiet.chunk is None
    assert quiet.reason == "something is near"
    output = cell.tick()
    while output.status == "running":
        output = cell.tick()
    assert output.status == "done"
    assert cell.world.scene()["red_cube"].held_by == "left"


def test_gives_up_when_everything_is_refused(ride: RideMaker) -> None:
    cell = ride(RED)
    cell.policy.begin(Step("pick", "left", "red_cube"), "one", cell.world.observation())
    output = cell.policy.infer(cell.world.observation())
    while output.status == "running" and cell.world.time < 60.0:
        if output.chunk is not None:
            cell.chunks.append(output.chunk)
            cell.policy.heard(cell.verdict(Outcome.REJECTED))
        cell.world.advance(PERIOD)
        output = cell.policy.infer(cell.world.observation())
    assert output.status == "failed"
    assert "something is near" in output.reason
    assert np.allclose(cell.world.positions, HOME)


def test_lets_the_plan_wait_for_arms_that_were_slowed_down(ride: RideMaker) -> None:
    cell = ride(RED)
    cell.policy.begin(Step("pick", "left", "red_cube"), "one", cell.world.observation())
    slow = None
    for _ in range(3):
        slow = cell.policy.infer(cell.world.observation()).chunk
        assert slow is not None
        cell.chunks.append(slow)
        cell.world.take(replace(slow, step_dt=1.25 * slow.step_dt))
        cell.policy.heard(cell.verdict(Outcome.SLOWED))
        cell.world.advance(PERIOD)
    following = cell.policy.infer(cell.world.observation()).chunk
    assert following is not None
    assert np.abs(following.positions[0] - cell.world.positions).max() < 0.06


def test_time_goes_on_while_it_thinks(robot: RobotModel, planner: OmplPlanner) -> None:
    """With a clock, a new motion sets out after the planning is over, not before."""
    world = KinematicWorld(robot, [RED])
    policy = SkillsPolicy(planner, robot, clock=lambda: world.time + 0.7)
    policy.begin(Step("pick", "left", "red_cube"), "one", world.observation())
    chunk = policy.infer(world.observation()).chunk
    assert chunk is not None
    assert chunk.stamp >= 0.7 - 1e-6
    assert np.allclose(chunk.positions[0], HOME, atol=1e-6)
