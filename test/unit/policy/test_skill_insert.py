"""Putting a peg into a socket, in a world that pushes back but where perception may be off."""

from dataclasses import replace

import numpy as np
import pytest
from kinematic_world import KinematicWorld
from things import standing

from tandem.cell import ik, names
from tandem.cell.collision import CollisionModel
from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.relations import plug_depth
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.socket import grip_frame, hole_of
from tandem.motion.ompl_planner import OmplPlanner
from tandem.policy.protocol import PolicyOutput
from tandem.policy.skills.plugging import pluggings
from tandem.policy.skills.policy import SkillsPolicy
from tandem.policy.skills.situation import Situation

PERIOD = 0.4
STIFFNESS = 8000.0
"""Of arms and grips together [N/m]."""


class PlugWorld(KinematicWorld):
    """The socket's hole is off where it is perceived by ``error``, x and y in the socket's frame [m].

    Nothing really stops the peg: how deep it is below what it would have met is turned into a force.
    """

    def __init__(self, robot: RobotModel, objects: list[SceneObject], error: tuple[float, float] = (0.0, 0.0)) -> None:
        super().__init__(robot, objects)
        self.error, self.strongest, self.plugged = np.array(error), 0.0, False

    def observation(self) -> Observation:
        felt = super().observation()
        push = self._push(felt.scene)
        self.strongest = max(self.strongest, float(np.linalg.norm(push)))
        wrenches = {side: np.zeros(6) for side in names.SIDES}
        for side in names.SIDES:
            wrenches[side][2] = 0.4  # what it holds, which is to be told from what it meets
            if "peg" in str(felt.scene.held_by(side)):
                wrenches[side][:3] += self.robot.tcp_pose(self.positions, side).rotation.T @ push
        return replace(felt, wrenches=wrenches)

    def _push(self, scene: Scene) -> np.ndarray:
        """Force of the socket on the peg in the world, shape (3,) [N]."""
        peg, base = (next(item for item in scene if item.category == kind) for kind in ("peg", "socket"))
        if not (peg.held_by and base.held_by):
            return np.zeros(3)
        hole = hole_of(base.size)
        end = base.pose.inverse @ peg.pose @ Pose((0.0, 0.0, -peg.size[2] / 2))
        seen_off = np.array(end.position[:2]) - (hole.x, 0.0)
        if np.abs(seen_off).max() > 0.03:
            return np.zeros(3)  # somewhere else altogether
        off = seen_off - self.error
        play, chamfer = (hole.side - peg.size[0]) / 2, (hole.rim - hole.throat) * hole.slope
        beyond = np.abs(off) - play
        slopes = beyond.max() <= chamfer
        floor = hole.floor if beyond.max() <= 0 else hole.throat + beyond.max() / hole.slope if slopes else hole.rim
        pressed = STIFFNESS * max(floor - end.position[2], 0.0)
        sideways = -0.6 * pressed * np.sign(off) * (beyond == beyond.max()) if slopes and beyond.max() > 0 else np.zeros(2)
        return np.asarray(base.pose.rotation @ np.array([*sideways, pressed]))

    def _drop(self, item: SceneObject, pose: Pose) -> None:
        base = next(other for other in self.objects.values() if other.category == "socket")
        dropped = replace(item, pose=pose)
        if plug_depth(dropped, base) == 0.0:
            super()._drop(item, pose)
        else:
            self.objects[item.name] = replace(dropped, inside=base.name, on=base.name)


class Insertion:
    """A cell in which each hand has taken and lifted its part, the socket by ``swing`` off lying across."""

    def __init__(
        self,
        robot: RobotModel,
        planner: OmplPlanner,
        peg_side: names.Side,
        error: tuple[float, float] = (0.0, 0.0),
        swing: float = 0.3,
    ) -> None:
        sign = 1.0 if peg_side == "right" else -1.0
        peg, base = (
            standing("red_peg", 0.40, -0.16 * sign, 0.4, bottom=0.12),
            standing("yellow_socket", 0.42, 0.19 * sign, (swing - np.pi / 2) * sign, bottom=0.12),
        )
        self.world, self.policy, self.side = PlugWorld(robot, [peg, base], error), SkillsPolicy(planner, robot), peg_side
        grip = (base.pose @ grip_frame(base.size)).position
        x, y, _ = peg.pose.position
        self._take(peg_side, peg, top_down((x, y, peg.top - 0.018), 0.4), peg.size[0] / 2)
        self._take(names.other_side(peg_side), base, top_down(grip, base.pose.yaw + np.pi), base.size[1] / 2)

    def _take(self, side: names.Side, item: SceneObject, tcp: Pose, half_width: float) -> None:
        joints = ik.solve(self.world.robot, side, tcp, self.world.positions)
        assert joints is not None
        self.world.positions[names.ARM_COLUMNS[side]] = joints
        self.world.positions[names.GRIPPER_COLUMN[side]] = half_width
        self.world.holders[item.name][side] = tcp.inverse @ item.pose

    def insert(self) -> PolicyOutput:
        return self.carry_out(Step("insert", self.side, "red_peg", "yellow_socket", "in"))

    def carry_out(self, step: Step, limit_s: float = 90.0) -> PolicyOutput:
        self.policy.begin(step, step.verb, self.world.observation())
        self.pairs: set[frozenset[str]] = set()
        until = self.world.time + limit_s
        while self.world.time < until:
            output = self.policy.infer(self.world.observation())
            if output.status != "running":
                return output
            assert output.chunk is not None
            self.pairs |= {frozenset(pair) for pair in output.chunk.allowed_contacts}
            self.world.take(output.chunk)
            self.world.advance(PERIOD)
        raise AssertionError(f"not over after {limit_s} s: {output.reason}")

    @property
    def depth(self) -> float:
        scene = self.world.scene()
        return plug_depth(scene["red_peg"], scene["yellow_socket"])


@pytest.mark.parametrize(("side", "error"), [("right", (0.0, 0.0)), ("left", (-0.004, 0.003)), ("right", (0.009, 0.0))])
def test_finds_the_hole_by_force_however_far_off_it_is_seen(
    robot: RobotModel, planner: OmplPlanner, side: names.Side, error: tuple[float, float]
) -> None:
    cell = Insertion(robot, planner, side, error)
    output = cell.insert()
    assert output.status == "done", output.reason
    scene = cell.world.scene()
    assert cell.depth > 0.040
    assert scene["yellow_socket"].held_by == names.other_side(side)
    assert not scene["red_peg"].held_by
    assert scene["red_peg"].inside == "yellow_socket"
    assert cell.world.strongest < 25.0
    assert np.abs(cell.world.positions - home_positions())[names.ARM_COLUMNS[side]].max() < 0.02
    assert cell.pairs == {frozenset(("red_peg", "yellow_socket")), frozenset((f"{side}_fingers", "red_peg"))}
    again = cell.world.time
    assert cell.insert().status == "done"
    assert cell.world.time == again, "there is nothing left to do"


def test_hands_meet_at_the_same_place_however_they_hold_their_parts(robot: RobotModel, planner: OmplPlanner) -> None:
    ways = []
    for swing in (-0.5, 0.4):
        cell = Insertion(robot, planner, "left", swing=swing)
        situation = Situation(robot, CollisionModel(robot), cell.world.observation(), cell.world.positions)
        first = pluggings(situation, "left", "red_peg", "yellow_socket")[0]
        hole = first.hole
        assert (first.socket @ Pose((hole.x, 0.0, hole.rim))).position == pytest.approx((0.43, 0.0, 0.22), abs=1e-9)
        assert first.socket.yaw == pytest.approx(np.pi / 2, abs=1e-9)
        over = first.tcp(-0.03)
        assert first.depth(over) == pytest.approx(-0.03, abs=1e-9)
        assert over.rotation[1, 0] > 0.99, "its camera away from the other hand"
        ways.append(np.concatenate([first.way.joints[side] for side in names.SIDES]))
    assert np.ptp(ways, axis=0).max() < 1e-6


def test_gives_up_where_there_is_no_hole_and_draws_back(
    robot: RobotModel, planner: OmplPlanner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tandem.policy.skills.insert.TRIES", 3)
    cell = Insertion(robot, planner, "right", (0.1, 0.1))
    output = cell.insert()
    assert output.status == "failed"
    assert "doesn't go into" in output.reason
    assert cell.depth == 0.0
    assert cell.world.scene()["red_peg"].held_by == "right"


def test_needs_each_in_its_hand(robot: RobotModel, planner: OmplPlanner) -> None:
    cell = Insertion(robot, planner, "right")
    wrong = cell.carry_out(Step("insert", "left", "red_peg", "yellow_socket", "in"))
    assert wrong.status == "failed"
    assert "doesn't hold" in wrong.reason
