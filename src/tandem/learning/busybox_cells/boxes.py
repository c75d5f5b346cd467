"""Boxes to learn from: anywhere in view, in any layout and state, in any light; parts also between their stops."""

from dataclasses import replace
from math import pi

import numpy as np

from tandem.cell import description
from tandem.cell.busybox.layout import CELLS, MODULES, Layout, Place
from tandem.cell.busybox.parts import BOX, BOX_CATEGORY
from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS, knob_angle, lever_tilt, slider_x
from tandem.cell.pose import Pose
from tandem.sim.busybox.setup import SCHEMES, random_setup
from tandem.sim.cell_sim import CellSim
from tandem.sim.randomisation import Randomisation, draw
from tandem.sim.scenes import Look, ObjectSpec, SceneSpec

PLACE_X, PLACE_Y, TURN = (0.36, 0.60), (-0.20, 0.20), 1.2
"""Where boxes stand [m], and how far they are turned to either side [rad]: farther than scenes for tasks have them."""

LOOSE = 0.15
"""Share of plugs that are out."""

BETWEEN = 0.3
"""Share of boxes with parts that are on their way, as while a hand moves them."""


def any_layout(rng: np.random.Generator) -> Layout:
    """Any of all."""
    order = rng.permutation(len(CELLS))
    return Layout(tuple((name, Place(CELLS[int(cell)], int(rng.integers(4)))) for name, cell in zip(MODULES, order, strict=True)))


def any_scene(seed: int) -> SceneSpec:
    """A box alone on the table; the same for the same seed."""
    rng = np.random.default_rng([seed, *b"busybox cells"])
    told = description.settings("busybox.yaml")["frame"]
    size = float(told[0]), float(told[1]), float(told[2])
    x, y, turn = rng.uniform(*PLACE_X), rng.uniform(*PLACE_Y), rng.uniform(-TURN, TURN)
    pose = Pose.from_xyz_rpy((float(x), float(y), size[2] / 2), (0.0, 0.0, float(turn) - pi / 2))
    setup = random_setup(rng, any_layout(rng))
    plugged = tuple((bool(top), bool(bottom)) for top, bottom in rng.random((len(WIRE_COLOURS), 2)) >= LOOSE)
    setup = replace(setup, state=replace(setup.state, wires=plugged))
    box = ObjectSpec(BOX, BOX_CATEGORY, str(rng.choice(SCHEMES)), size, pose, setup)
    lamp = rng.uniform(-0.25, 0.25, 2)
    return SceneSpec("busybox_any", seed, (box,), Look(float(rng.uniform(0.9, 1.1)), (float(lamp[0]), float(lamp[1])), {}))


def any_light(scene: SceneSpec) -> Randomisation:
    """Light, cameras and noise for a scene; the box's own colours stay, since patches are recoloured when they are learned."""
    return replace(draw(scene), tints={}, masses={}, friction=1.0, pad_friction=1.0)


def put_elsewhere(sim: CellSim, rng: np.random.Generator) -> None:
    """Move the box with all that is on it."""
    x, y, turn = rng.uniform(*PLACE_X), rng.uniform(*PLACE_Y), rng.uniform(-TURN, TURN)
    height = sim.truth.object_pose(BOX).position[2]
    pose = Pose.from_xyz_rpy((float(x), float(y), height), (0.0, 0.0, float(turn) - pi / 2))
    i, j, k, w = pose.quaternion
    sim.data.qpos[sim.cell.object_qpos(BOX)] = (*pose.position, w, i, j, k)


def disturb(sim: CellSim, rng: np.random.Generator, between: float) -> None:
    """Put sliders, knob and levers elsewhere: at a stop or, with that probability, on their way to one; nothing else moves."""
    model, data = sim.cell.model, sim.data
    state = random_setup(rng, any_layout(rng)).state
    stops = {f"{BOX}/sliders/{row}": slider_x(number) for row, number in zip(ROW_NAMES, state.sliders, strict=True)}
    stops |= {f"{BOX}/switches/{row}": lever_tilt(on) for row, on in zip(ROW_NAMES, state.switches, strict=True)}
    stops[f"{BOX}/knob/knob"] = knob_angle(state.knob)
    for name, stop in stops.items():
        joint = model.joint(name)
        low, high = joint.range if joint.limited[0] else (-pi, pi)
        moving = rng.random() < between and "switches" not in name
        data.qpos[int(joint.qposadr[0])] = rng.uniform(low, high) if moving else stop
