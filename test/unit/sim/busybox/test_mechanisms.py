"""The parts of the box give way at the forces that config/busybox.yaml says, and stay where they were brought."""

from collections.abc import Iterator

import numpy as np
import pytest
from pulling import axes, fasten, position, ramp

from tandem.cell import description
from tandem.cell.busybox.state import BUTTON_COLOURS, ROW_NAMES, WIRE_COLOURS, slider_number, slider_x
from tandem.sim.cell_sim import CellSim
from tandem.sim.scenes import scene_for

BOX = description.settings("busybox.yaml")
SEED = 5


@pytest.fixture(scope="module")
def sims() -> Iterator[CellSim]:
    sim = CellSim(scene_for("busybox_full", SEED))
    yield sim
    sim.close()


@pytest.fixture
def sim(sims: CellSim) -> Iterator[CellSim]:
    """At rest and held, as it was built."""
    damping = sims.cell.model.dof_damping.copy()
    sims.reset(scene_for("busybox_full", SEED))
    fasten(sims)
    sims.step(50)
    yield sims
    sims.cell.model.dof_damping[:] = damping


@pytest.mark.parametrize("colour", BUTTON_COLOURS)
def test_a_button_clicks_at_its_force_and_springs_back(sim: CellSim, colour: str) -> None:
    name, travel = f"box/buttons/{colour}", BOX["buttons"]["travel"]
    down = -axes(sim, "buttons")[:, 2]
    force = ramp(sim, name, down, 0.02, lambda: position(sim, name) > 0.6 * travel, 6.0)
    assert force == pytest.approx(BOX["buttons"]["force"], rel=0.15)
    sim.step(100)
    assert position(sim, name) == pytest.approx(0.0, abs=2e-4)
    assert sim.truth.box is not None
    assert sim.truth.box.state().buttons == frozenset()


@pytest.mark.parametrize("row", ROW_NAMES)
def test_a_slider_leaves_its_detent_at_its_force_and_stops_at_the_next(sim: CellSim, row: str) -> None:
    name = f"box/sliders/{row}"
    before = position(sim, name)
    number = slider_number(before)
    there = number + (1 if number < 3 else -1)
    way = axes(sim, "sliders")[:, 0] * np.sign(slider_x(there) - before)
    force = ramp(sim, name, way, 0.02, lambda: abs(position(sim, name) - before) > 0.008, 6.0)
    assert force == pytest.approx(BOX["sliders"]["force"], rel=0.35)
    sim.step(300)
    assert position(sim, name) == pytest.approx(slider_x(there), abs=3e-4)


def test_the_knob_turns_on_from_detent_to_detent(sim: CellSim) -> None:
    name, up = "box/knob/knob", axes(sim, "knob")[:, 2]
    start = position(sim, name)
    for count in (1, 2, 3, 4, 5, 6, 7):
        torque = ramp(
            sim, name, -up, 2e-4, lambda count=count: position(sim, name) < start - (count - 0.45) * np.pi / 3, 0.2, torque=True
        )
        assert torque == pytest.approx(BOX["knob"]["torque"], rel=0.6)
        sim.step(250)
        assert position(sim, name) == pytest.approx(start - count * np.pi / 3, abs=0.01)


@pytest.mark.parametrize("row", ROW_NAMES)
def test_a_switch_flips_over_and_stays(sim: CellSim, row: str) -> None:
    name, lever = f"box/switches/{row}", BOX["switches"]["lever"]
    before = position(sim, name)
    torque = ramp(
        sim,
        name,
        -np.sign(before) * axes(sim, "switches")[:, 1],
        1e-4,
        lambda: position(sim, name) * before < 0,
        0.2,
        torque=True,
    )
    assert torque / lever["length"] == pytest.approx(BOX["switches"]["force"], rel=0.3)
    sim.step(200)
    assert position(sim, name) == pytest.approx(-before, abs=0.01)


def test_plugs_come_out_at_their_own_forces_and_never_below_them(sim: CellSim) -> None:
    up, setup = axes(sim, "wires")[:, 2], sim.scene.objects[0].setup
    assert setup is not None
    for index, (colour, row) in enumerate((c, r) for c in WIRE_COLOURS for r in ROW_NAMES):
        if not setup.state.wires[index // 2][index % 2]:
            continue
        j, name = ROW_NAMES.index(row), f"box/wires/{colour}/{row}"

        def is_out(i: int = index // 2, j: int = j) -> bool:
            assert sim.truth.box is not None
            return bool(sim.truth.box.plugs[-1][i][j] == 0.0)

        force = ramp(sim, name, up, 0.03, is_out, 25.0)
        assert setup.pull_out[index] < force < setup.pull_out[index] + 2.0, name
        sim.step(50)
    sim.step(500)
    assert sim.truth.box is not None
    assert sim.truth.box.state().wires == ((False, False),) * 4
    assert np.isfinite(sim.data.qpos).all()


def test_a_plug_that_is_pulled_less_hard_stays(sim: CellSim) -> None:
    setup = sim.scene.objects[0].setup
    assert setup is not None
    index = sim.cell.model.body("box/wires/white/bottom").id
    sim.data.xfrc_applied[index, :3] = axes(sim, "wires")[:, 2] * (setup.pull_out[7] - 0.8)
    sim.step(1000)
    assert sim.truth.box is not None
    assert sim.truth.box.plugs[-1][3][1] > 0.012
