"""The whole of perception on a simulated pick and place, arms in the picture and images later than joints."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hand_script import OPEN, joints, top_down

from tandem.cell import names
from tandem.cell.names import Side
from tandem.cell.observation import CameraFrame
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene
from tandem.learning.perception_bench import true_poses
from tandem.perception.estimator import SceneEstimator
from tandem.sim.cell_sim import CellSim
from tandem.sim.gripper_controller import GripperGoal
from tandem.sim.scenes import scene_for
from tandem.sim.trajectory_goal import JointTrajectory

DELAY = 0.04
"""Images arrive this late [s]."""


@dataclass
class Watched:
    """A simulated cell with an estimator that watches it; remembers every scene with the truth of its time."""

    sim: CellSim
    estimator: SceneEstimator = field(default_factory=SceneEstimator)
    record: list[tuple[Scene, dict[str, Pose]]] = field(default_factory=list)
    waiting: list[CameraFrame] = field(default_factory=list)
    next_image: float = 0.0

    def run(self, seconds: float) -> Scene:
        end = self.sim.time + seconds
        while self.sim.time < end:
            self.sim.step(10)
            positions, velocities, _ = self.sim.joint_state()
            self.estimator.observe_joints(positions, velocities, self.sim.time)
            if self.sim.time >= self.next_image:
                self.next_image = self.sim.time + 0.1
                self.waiting += [self.sim.render(camera) for camera in names.CAMERAS]
            ready = [frame for frame in self.waiting if frame.stamp <= self.sim.time - DELAY]
            if ready:
                self.waiting = [frame for frame in self.waiting if frame.stamp > self.sim.time - DELAY]
                scene = self.estimator.update(ready, positions, velocities, self.sim.time)
                self.record.append((scene, true_poses(self.sim)))
        return self.estimator.scene

    def reach(self, side: Side, pose: Pose, seconds: float = 1.0) -> Scene:
        controller = self.sim.arm_controllers[side]
        start = controller.sample(self.sim.time).position
        share = np.linspace(0.0, 1.0, 21)[1:]
        blend = (10 * share**3 - 15 * share**4 + 6 * share**5)[:, None]
        way = start + blend * (joints({side: pose})[names.ARM_COLUMNS[side]] - start)
        controller.accept(JointTrajectory(controller.joints, share * seconds, way), self.sim.time, monitored=False)
        return self.run(seconds + 0.2)

    def grip(self, side: Side, travel: float) -> Scene:
        self.sim.gripper_controllers[side].accept(GripperGoal(travel), self.sim.time)
        return self.run(0.6)


@pytest.fixture(scope="module")
def story() -> dict[str, tuple[Scene, dict[str, Pose]]]:
    """The cube that is farthest left is put into the left bin by the left hand; scenes by what was done last."""
    cell = Watched(CellSim(scene_for("tabletop", 7)))
    moments: dict[str, tuple[Scene, dict[str, Pose]]] = {}

    def note(moment: str, scene: Scene) -> None:
        moments[moment] = scene, true_poses(cell.sim)

    scene = cell.run(0.4)
    note("start", scene)
    item = max((item for item in scene if item.category == "cube"), key=lambda item: item.pose.position[1])
    box = max((item for item in scene if item.category == "bin"), key=lambda item: item.pose.position[1])
    x, y, z = item.pose.position
    closing = np.pi / 2 + (item.pose.yaw + np.pi / 4) % (np.pi / 2) - np.pi / 4
    cell.reach("left", top_down(x, y, z + 0.12, closing))
    note("above", cell.reach("left", top_down(x, y, z, closing)))
    note("gripped", cell.grip("left", 0.0))
    note("lifted", cell.reach("left", top_down(x, y, z + 0.15, closing)))
    over = box.pose.position[:2]
    cell.reach("left", top_down(*over, 0.16, box.pose.yaw + np.pi / 2))
    cell.reach("left", top_down(*over, 0.05, box.pose.yaw + np.pi / 2))
    note("released", cell.grip("left", OPEN))
    cell.reach("left", top_down(*over, 0.20, box.pose.yaw + np.pi / 2))
    note("away", cell.reach("left", top_down(0.35, 0.45, 0.35), 1.2))
    cell.sim.close()
    moments["item"] = Scene(0.0, (item, box)), {}
    for index, (seen, truth) in enumerate(cell.record):
        moments[f"record {index}"] = seen, truth
    return moments


def off(scene: Scene, truth: dict[str, Pose], name: str) -> float:
    return float(np.linalg.norm(np.subtract(scene[name].pose.position, truth[name].position)))


def test_what_is_handled_is_known_at_every_stage(story: dict[str, tuple[Scene, dict[str, Pose]]]) -> None:
    item, box = story["item"][0].objects
    for moment, limit in (("start", 0.001), ("above", 0.002), ("gripped", 0.003), ("lifted", 0.006), ("away", 0.002)):
        assert off(*story[moment], item.name) < limit, moment
    held = {moment: story[moment][0][item.name].held_by for moment in ("above", "gripped", "lifted", "released", "away")}
    assert held == {"above": "", "gripped": "left", "lifted": "left", "released": "", "away": ""}
    for moment in ("released", "away"):
        assert story[moment][0][item.name].inside == box.name


def test_everything_else_stays_where_and_what_it_is(story: dict[str, tuple[Scene, dict[str, Pose]]]) -> None:
    item = story["item"][0].objects[0].name
    errors = []
    for moment, (scene, truth) in story.items():
        if moment.startswith("record"):
            assert {found.name for found in scene} == set(truth), scene.stamp
            errors += [off(scene, truth, name) for name in truth if name != item]
    assert len(errors) > 200
    assert np.median(errors) < 0.001
    assert max(errors) < 0.005
