"""The whole of perception on simulated boxes: what is where, in which state, hidden, moved, changed."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import mujoco
import numpy as np
import pytest
from hand_script import joints, top_down

from tandem.cell.busybox.layout import MODULES
from tandem.cell.busybox.parts import BOX, PARTS
from tandem.cell.busybox.scene_objects import module_frame
from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS, BoxState, knob_angle, lever_tilt
from tandem.cell.names import WRIST_CAMERA, Side
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.perception.estimator import SceneEstimator
from tandem.perception.rectangle import nearest_turn
from tandem.sim.cell_sim import CellSim
from tandem.sim.randomisation import draw
from tandem.sim.scenes import ObjectSpec, SceneSpec, scene_for

STILL = np.zeros(14)


@dataclass
class Watched:
    """A simulated cell that stands still, and an estimator that looks at it ten times a second."""

    sim: CellSim
    estimator: SceneEstimator = field(default_factory=SceneEstimator)
    stamp: float = 1.0

    def set_up(self, spec: SceneSpec, light: bool = True) -> None:
        self.sim.reset(spec, randomisation=draw(spec)) if light else self.sim.reset(spec)
        self.estimator.reset()

    def see(self, times: int = 1, *closer: str) -> Scene:
        scene = self.estimator.scene
        for _ in range(times):
            self.stamp += 0.1
            mujoco.mj_forward(self.sim.cell.model, self.sim.data)
            frames = [replace(self.sim.render(camera), stamp=self.stamp) for camera in ("overhead_camera", *closer)]
            scene = self.estimator.update(frames, self.sim.joint_state()[0], STILL, self.stamp)
        return scene

    def put(self, joint: str, value: float) -> None:
        self.sim.data.qpos[int(self.sim.cell.model.joint(joint).qposadr[0])] = value

    def move_box(self, step: Pose) -> None:
        x, y, z, w = (step @ self.box).quaternion
        self.sim.data.qpos[self.sim.cell.object_qpos(BOX)] = (*(step @ self.box).position, w, x, y, z)

    def hold_over(self, place: tuple[float, float], height: float = 0.16) -> None:
        self.sim.data.qpos[self.sim.cell.qpos] = joints({"left": top_down(*place, height)})

    @property
    def box(self) -> Pose:
        return self.sim.truth.object_pose(BOX)

    @property
    def state(self) -> BoxState:
        track = self.sim.truth.box
        assert track is not None
        return track.state()


@pytest.fixture(scope="module")
def watched() -> Iterator[Watched]:
    sim = CellSim(scene_for("busybox_full", 0))
    yield Watched(sim)
    sim.close()


def off_mm(item: SceneObject, true: Pose) -> float:
    return 1e3 * float(np.linalg.norm(np.subtract(item.pose.position, true.position)))


@pytest.mark.parametrize(
    ("name", "seed"), [("busybox_canonical", 31), ("busybox_semi", 32), ("busybox_full", 33), ("busybox_full", 34)]
)
def test_modules_and_states_are_told_in_any_layout(watched: Watched, name: str, seed: int) -> None:
    spec = scene_for(name, seed)
    watched.set_up(spec)
    scene = watched.see(3)
    assert off_mm(scene[BOX], watched.box) < 5.0
    setup = spec.objects[0].setup
    assert setup is not None
    frame = watched.box @ Pose((0.0, 0.0, -0.0375))
    for module in MODULES:
        true = frame @ setup.layout[module].pose
        assert np.hypot(*np.subtract(scene[f"{BOX}/{module}"].pose.position[:2], true.position[:2])) < 6e-3, module
        assert abs(nearest_turn(scene[f"{BOX}/{module}"].pose.yaw - true.yaw, 0.0, 2 * np.pi)) < 0.05, module
        assert scene[f"{BOX}/{module}"].confidence > 0.9, module
    assert {part.name: scene[part.name].state for part in PARTS} == {part.name: setup.state.of(part.name) for part in PARTS}
    assert all(item.name == BOX or item.name.startswith(f"{BOX}/") for item in scene)


def test_a_change_of_a_part_is_seen(watched: Watched) -> None:
    watched.set_up(scene_for("busybox_full", 35))
    before, now = watched.see(3), watched.state
    flipped, number = not now.switches[0], now.knob % 6 + 1
    watched.put(f"{BOX}/switches/top", lever_tilt(flipped))
    watched.put(f"{BOX}/knob/knob", knob_angle(number))
    watched.put(f"{BOX}/sliders/bottom", 0.0)
    scene = watched.see(2)
    assert scene[f"{BOX}/switches/top"].state == ("on" if flipped else "off")
    assert scene[f"{BOX}/knob/knob"].state == str(number)
    assert scene[f"{BOX}/sliders/bottom"].state == "3"
    watched.put(f"{BOX}/buttons/green", 0.003)
    assert watched.see(2)[f"{BOX}/buttons/green"].state == "down"
    watched.put(f"{BOX}/buttons/green", 0.0)
    scene = watched.see(2)
    assert [scene[f"{BOX}/buttons/{colour}"].state for colour in ("red", "blue", "green", "yellow")] == ["up"] * 4
    same = [f"{BOX}/switches/bottom", f"{BOX}/sliders/top", *(f"{BOX}/wires/{colour}" for colour in ("black", "red"))]
    assert [scene[name].state for name in same] == [before[name].state for name in same]


def test_a_hand_over_a_module_changes_nothing_but_what_is_visible(watched: Watched) -> None:
    watched.set_up(scene_for("busybox_full", 36))
    before = watched.see(4)
    for module in ("knob", "sliders", "wires"):
        x, y, _ = before[f"{BOX}/{module}"].pose.position
        watched.hold_over((x, y))
        scene = watched.see(3)
        assert off_mm(scene[BOX], before[BOX].pose) < 1.0
        assert {part.name: scene[part.name].state for part in PARTS} == {part.name: before[part.name].state for part in PARTS}
        own = [part.name for part in PARTS if part.module == module]
        assert not all(scene[name].visible for name in own), module
        assert not any(item.name not in before for item in scene)


def test_shoved_with_everything_on_it(watched: Watched) -> None:
    watched.set_up(scene_for("busybox_full", 37))
    watched.see(3)
    watched.move_box(Pose.from_xyz_rpy((0.03, 0.04, 0.0), (0.0, 0.0, 0.1)))
    scene = watched.see(1)
    assert off_mm(scene[BOX], watched.box) < 5.0
    assert abs(np.rad2deg(scene[BOX].pose.yaw - watched.box.yaw)) < 0.5
    x, y, z = watched.sim.data.body(f"{BOX}/knob/knob").xpos
    assert off_mm(scene[f"{BOX}/knob/knob"], Pose((float(x), float(y), float(z) + 0.0108))) < 6.0


def test_cubes_beside_the_box_are_cubes() -> None:
    spec = scene_for("busybox_full", 38)
    red = ObjectSpec("red_cube", "cube", "red", (0.04, 0.04, 0.04), Pose.from_xyz_rpy((0.40, 0.33, 0.02), (0.0, 0.0, 0.4)))
    sim = CellSim(replace(spec, objects=(*spec.objects, red)))
    sim.step(5)
    scene = Watched(sim).see(3)
    sim.close()
    loose = [item.name for item in scene if not item.name.startswith(BOX)]
    assert loose == ["red_cube"]


def with_loose(wire: int, end: int) -> SceneSpec:
    """A box of which one plug is out."""
    spec = scene_for("busybox_full", 39)
    box, setup = spec.objects[0], spec.objects[0].setup
    assert setup is not None
    wires = tuple(tuple(not (i == wire and j == end) for j in range(2)) for i in range(4))
    setup = replace(setup, state=replace(setup.state, wires=wires))
    return replace(spec, objects=(replace(box, setup=setup),))


def plug_off(watched: Watched, plug: SceneObject) -> tuple[float, float]:
    """How far from where it really is a plug is seen [m], and how far it is turned from how it leans [rad]."""
    body = watched.sim.data.body(plug.name)
    axis = body.xmat.reshape(3, 3)[:, 2]
    shift = float(np.linalg.norm(np.subtract(plug.pose.position, body.xpos + 0.0125 * axis)))
    return shift, float(np.arccos(np.clip(plug.pose.rotation[:, 2] @ axis, -1.0, 1.0)))


@pytest.mark.parametrize(("wire", "end"), [(0, 1), (2, 0)])
def test_a_loose_plug_is_told_and_found(watched: Watched, wire: int, end: int) -> None:
    watched.set_up(with_loose(wire, end))
    scene = watched.see(3)
    name = f"{BOX}/wires/{WIRE_COLOURS[wire]}"
    plug = scene[f"{name}/{ROW_NAMES[end]}"]
    assert (scene[name].state, plug.state, scene[f"{name}/{ROW_NAMES[1 - end]}"].state) == ("out", "out", "in")
    assert plug_off(watched, plug)[0] < 0.015
    assert plug.visible
    assert sum(item.state == "out" for item in scene if item.category == "plug") == 1


@pytest.mark.parametrize(("wire", "end"), [(0, 1), (2, 0), (3, 0)])
def test_a_hand_above_a_loose_plug_sees_how_it_leans(watched: Watched, wire: int, end: int) -> None:
    watched.set_up(with_loose(wire, end))
    name = f"{BOX}/wires/{WIRE_COLOURS[wire]}/{ROW_NAMES[end]}"
    scene = watched.see(3)
    outward = module_frame(scene[f"{BOX}/wires"]).rotation[:, 1] * (1.0 if end == 0 else -1.0)
    x, y, z = scene[name].pose.position
    over = top_down(x, y, z + 0.08, float(np.arctan2(-outward[0], outward[1])))  # the camera is at the module's edge
    side: Side = "left" if y > 0 else "right"
    watched.sim.data.qpos[watched.sim.cell.qpos] = joints({side: over})
    positions, camera = watched.sim.joint_state()[0], WRIST_CAMERA[side]
    assert watched.estimator.closer(positions, STILL) == (camera,)
    assert watched.estimator.closer(positions, STILL + 0.5) == ()
    for _ in range(3):
        scene = watched.see(1, camera)
    shift, turn = plug_off(watched, scene[name])
    assert shift < 0.006  # cameras are a few millimetres off where the cell believes them to be
    assert turn < np.radians(8.0)
    # From above, half hidden by the hand, no more is made of it, nor once the hand is gone.
    for hand in (positions, joints({})):
        watched.sim.data.qpos[watched.sim.cell.qpos] = hand
        assert watched.see(3)[name].pose == scene[name].pose
    assert watched.estimator.closer(joints({}), STILL) == ()


def test_a_plug_that_moves_after_a_closer_look_is_found_again(watched: Watched) -> None:
    test_a_hand_above_a_loose_plug_sees_how_it_leans(watched, 2, 0)
    name = f"{BOX}/wires/{WIRE_COLOURS[2]}/{ROW_NAMES[0]}"
    address = int(watched.sim.cell.model.joint(f"{name}:x").qposadr[0])
    watched.put(f"{name}:x", watched.sim.data.qpos[address] - 0.02)
    assert plug_off(watched, watched.see(3)[name])[0] < 0.015
