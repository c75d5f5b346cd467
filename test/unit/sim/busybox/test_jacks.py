"""Plugs find into jacks from a little beside them, rub, and are held."""

from dataclasses import replace

import mujoco
import numpy as np
import pytest
from pulling import Array, axes, fasten
from scipy.spatial.transform import Rotation

from tandem.cell.busybox.parts import plug
from tandem.cell.busybox.state import WIRE_COLOURS
from tandem.sim.busybox.wires import SEGMENTS, cable_name
from tandem.sim.cell_sim import CellSim
from tandem.sim.scenes import scene_for

NAME = "box/wires/red/top"
HAND = 1500.0
"""Stiffness of the hand that holds the plug [N/m]."""


def carry(sim: CellSim, place: Array, tilt: Array, steps: int) -> float:
    """Hold the red top plug near a place of the wires' module, turned like that; how hard it had to be pushed down [N]."""
    body, module, data = sim.cell.model.body(NAME).id, sim.data.body("box/wires"), sim.data
    turn, hardest, speed = axes(sim, "wires"), 0.0, np.zeros(6)
    wanted = turn @ Rotation.from_rotvec(tilt).as_matrix()
    for _ in range(steps):
        mujoco.mj_objectVelocity(sim.cell.model, data, mujoco.mjtObj.mjOBJ_BODY, body, speed, 0)
        force = HAND * (module.xpos + turn @ place - data.xpos[body]) - 8.0 * speed[3:]
        away = Rotation.from_matrix(wanted @ data.xmat[body].reshape(3, 3).T).as_rotvec()
        data.xfrc_applied[body, :3], data.xfrc_applied[body, 3:] = force, 0.8 * away - 4e-3 * speed[:3]
        sim.step()
        hardest = max(hardest, -float(turn[:, 2] @ force))
    return hardest


def raised(place: Array, height: float) -> Array:
    return place + np.array([0.0, 0.0, height])


def insert(off: tuple[float, float], tilt_deg: float) -> tuple[float, float]:
    """Pull the plug out, and push it in again from beside its jack; its depth then [m], and the hardest push [N]."""
    sim = CellSim(scene_for("busybox_canonical", 0))
    fasten(sim)
    foot, upright = np.array(plug("red", "top")), np.zeros(3)
    for height in np.linspace(0.0, 0.03, 40):
        carry(sim, raised(foot, height), upright, 8)
    assert sim.truth.box is not None
    assert sim.truth.box.plugs[-1][2][0] == 0.0
    beside, tilt = foot + np.array([*off, 0.0]), np.array([0.0, np.radians(tilt_deg), 0.0])
    carry(sim, raised(beside, 0.03), tilt, 150)
    hardest = max(carry(sim, raised(beside, height), tilt, 8) for height in np.linspace(0.03, -0.004, 90))
    depth = float(sim.truth.box.plugs[-1][2][0])
    sim.close()
    return depth, hardest


@pytest.mark.parametrize(("off", "tilt_deg"), [((0.0, 0.0), 0.0), ((0.0015, 0.0), 0.0), ((-0.0005, 0.001), 5.0)])
def test_a_plug_goes_in_from_a_little_beside_against_the_force_that_held_it(off: tuple[float, float], tilt_deg: float) -> None:
    setup = scene_for("busybox_canonical", 0).objects[0].setup
    assert setup is not None
    depth, hardest = insert(off, tilt_deg)
    assert depth > 0.005
    assert hardest == pytest.approx(setup.pull_out[4], abs=2.5)


def test_a_plug_far_beside_stays_out() -> None:
    depth, _ = insert((0.005, 0.0), 0.0)
    assert depth == 0.0


@pytest.mark.parametrize("row", ["top", "bottom"])
def test_a_cables_end_does_not_give_way_to_a_loose_plug(row: str) -> None:
    """Else the plug lies down, however stiff its cable is."""
    sim = CellSim(scene_for("busybox_canonical", 0))
    setup = scene_for("busybox_canonical", 0).objects[0].setup
    assert setup is not None
    wires = tuple((True, True) if colour != "red" else (row != "top", row != "bottom") for colour in WIRE_COLOURS)
    spec = scene_for("busybox_canonical", 0)
    loose = replace(spec.objects[0], setup=replace(setup, state=replace(setup.state, wires=wires)))
    sim.reset(replace(spec, objects=(loose, *spec.objects[1:])))
    sim.step(500)
    end, plugged = (sim.data.body(name).xmat.reshape(3, 3) for name in (cable_name("red", SEGMENTS), "box/wires/red/bottom"))
    assert np.degrees(Rotation.from_matrix(end.T @ plugged).magnitude()) < 6.0
    upright = sim.data.body(f"box/wires/red/{row}").xmat.reshape(3, 3)[2, 2]
    assert upright > np.cos(np.radians(75.0))
    sim.close()
