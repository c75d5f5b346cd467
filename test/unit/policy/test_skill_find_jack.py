"""Finding a jack by touch, in a world that pushes a plug's tip back where there is no hole."""

from collections.abc import Generator
from dataclasses import replace

import numpy as np
import pytest
from test_skill_box_places import at_a_box

from tandem.cell import ik, names
from tandem.cell.busybox.layout import canonical
from tandem.cell.collision import CollisionModel
from tandem.cell.pose import Pose
from tandem.cell.reach import top_down
from tandem.cell.robot import RobotModel
from tandem.policy.skills.actions import Action, Go, Report
from tandem.policy.skills.box.find_jack import find_jack
from tandem.policy.skills.box.hands import Descent, frame_of
from tandem.policy.skills.situation import Situation
from tandem.policy.skills.ways import Way

DEPTH, MOUTH, RIM, FACE = 0.014, 0.0025, 0.00625, 0.004
"""Of a hole; radii of its mouth and of the jack; how much lower the face is [m]."""

STIFFNESS, GRIP_N, STEP_M = 7500.0, 8.0, 2e-4
"""Of the arm [N/m]; what the jack holds on to a pin with; how finely motions are followed."""


class Jack:
    """Where the hole is off its place in the module [m], and how much higher the tip is than the hand knows."""

    def __init__(self, situation: Situation, rim: Pose, off: tuple[float, float], low: float) -> None:
        self.situation, self.rim, self.low, self.strongest, self.touches = situation, rim, low, 0.0, 0
        self.hole = np.array(rim.position[:2]) + frame_of(situation, "wires").rotation[:2, :2] @ np.array(off)

    def floor(self, tcp: Pose, before: float) -> float:
        """Height of the hand at which its pin stands on something: that of a hole while it is in there already."""
        away = float(np.linalg.norm(np.array(tcp.position[:2]) - self.hole))
        top = self.rim.position[2] + self.low
        if away < MOUTH or before < top - 2 * FACE:
            return top - DEPTH
        return top if away < RIM else top - FACE

    def carry_out(self, action: Go) -> None:
        """Follow the legs until it is enough."""
        situation, side = self.situation, "left"
        for goal in action.goals:
            first, last = situation.tcp(side), goal.tcp[side]
            count = max(int(np.linalg.norm(np.subtract(last.position, first.position)) / STEP_M), 1)
            for share in np.linspace(0.0, 1.0, count + 1):
                x, y, z = ((1 - share) * np.array(first.position) + share * np.array(last.position)).tolist()
                sent = Pose((x, y, z), last.quaternion)
                self._stand(sent)
                if action.enough is not None and action.enough(situation.observation):
                    return

    def _stand(self, sent: Pose) -> None:
        situation, columns = self.situation, names.ARM_COLUMNS["left"]
        floor = self.floor(sent, situation.measured_tcp("left").position[2])
        x, y, z = sent.position
        force = STIFFNESS * max(floor - z, 0.0) + (
            GRIP_N if floor < self.rim.position[2] - 2 * FACE and z < floor + DEPTH else 0.0
        )
        self.strongest = max(self.strongest, force)
        positions = {}
        for key, pose in (("sent", sent), ("real", Pose((x, y, max(z, floor)), sent.quaternion))):
            joints = situation.commanded.copy()
            found = ik.solve(situation.robot, "left", pose, joints)
            assert found is not None
            joints[columns] = found
            positions[key] = joints
        situation.commanded = positions["sent"]
        wrenches = {"left": np.array([0.0, 0.0, -force, 0.0, 0.0, 0.0])}
        situation.observation = replace(situation.observation, positions=positions["real"], wrenches=wrenches)


def find(robot: RobotModel, collision: CollisionModel, off: tuple[float, float], low: float = 0.0) -> tuple[Report, Jack]:
    """How it ends."""
    situation = at_a_box(robot, collision, canonical(), seed=3)
    x, y, z = situation.object("box/wires/white/top").pose.position
    rim = top_down((x, y, z + 0.03), frame_of(situation, "wires").yaw)
    jack = Jack(situation, rim, off, low)
    jack._stand(Pose((x, y, rim.position[2] + 0.003), rim.quaternion))
    search: Generator[Action, Report, Report] = find_jack(situation, Descent("left", (rim,), Way({}, 0.0)), "the wire")
    report: Report | None = None
    try:
        while True:
            action = search.send(report) if report is not None else next(search)
            assert isinstance(action, Go)
            jack.carry_out(action)
            jack.touches += 1
            report = Report(True)
    except StopIteration as end:
        return end.value, jack


@pytest.mark.parametrize("off", [(0.0, 0.0), (0.002, 0.001), (-0.0028, 0.0015), (0.0022, -0.0026), (0.0, 0.0035)])
@pytest.mark.parametrize("low", [0.0, 0.0015, -0.0015])
def test_the_hole_is_found_where_it_is_a_little_off(
    robot: RobotModel, collision: CollisionModel, off: tuple[float, float], low: float
) -> None:
    report, jack = find(robot, collision, off, low)
    assert report.ok
    depth = jack.rim.position[2] + low - jack.situation.measured_tcp("left").position[2]
    assert depth == pytest.approx(DEPTH, abs=5e-4)
    assert jack.strongest < 45.0


def test_a_hole_that_is_elsewhere_is_given_up(robot: RobotModel, collision: CollisionModel) -> None:
    report, jack = find(robot, collision, (0.04, 0.0))
    assert not report.ok
    assert "doesn't go into its jack" in report.reason
    assert jack.strongest < 30.0
