"""States from positions and back."""

from dataclasses import replace

import numpy as np
import pytest

from tandem.cell.busybox.layout import canonical
from tandem.cell.busybox.parts import PARTS
from tandem.cell.busybox.state import BoxState
from tandem.sim.busybox.messages import TOPICS, messages
from tandem.sim.busybox.setup import BoxSetup, random_setup, random_state
from tandem.sim.busybox.track import BoxTrack
from tandem.sim.cell_sim import CellSim
from tandem.sim.scenes import scene_for


@pytest.mark.parametrize("seed", range(20))
def test_a_setup_begins_with_its_own_state(seed: int) -> None:
    setup = random_setup(np.random.default_rng(seed), canonical())
    pressed = replace(setup, state=replace(setup.state, buttons=frozenset({"red", "yellow"})))
    for each in (setup, pressed):
        assert BoxTrack.at_start(each).state() == each.state


def test_random_states_are_of_all_kinds_and_valid() -> None:
    states = [random_state(np.random.default_rng(seed)) for seed in range(300)]
    assert {state.sliders[0] for state in states} == {1, 2, 3, 4, 5}
    assert {state.knob for state in states} == {1, 2, 3, 4, 5, 6}
    assert {state.switches for state in states} == {(a, b) for a in (False, True) for b in (False, True)}
    loose = [sum(not all(both) for both in state.wires) for state in states]
    assert set(loose) == {0, 1}
    assert not any(state.buttons for state in states)


def test_the_report_of_the_truth_tells_every_part() -> None:
    sim = CellSim(scene_for("busybox_semi", 9))
    report = sim.truth.report()["box"]
    setup = sim.scene.objects[0].setup
    assert setup is not None
    assert report["states"] == {part.name: setup.state.of(part.name) for part in PARTS}
    assert report["positions"]["wires"]["red"]["top"] == pytest.approx(0.0139, abs=1e-3)
    assert "box" not in CellSim(scene_for("tabletop", 1)).truth.report()


def test_a_plug_counts_in_either_jack_of_its_wire_and_in_no_other() -> None:
    sim = CellSim(scene_for("busybox_canonical", 0))
    assert sim.cell.box is not None
    places = {axis: int(sim.cell.model.joint(f"box/wires/black/top:{axis}").qposadr[0]) for axis in "xyz"}
    positions = np.array([sim.data.qpos] * 4)
    positions[1, places["y"]] -= 0.057  # in the bottom jack, over the other plug
    positions[2, places["x"]] += 0.0229  # in the blue wire's jack
    positions[3, places["z"]] += 0.015
    depths = sim.cell.box.track(positions).plugs[:, 0]
    assert (depths[0] > 0.01).all()
    assert depths[1:, 0] == pytest.approx(0.0)
    assert (depths[1:, 1] > 0.01).all()


def test_messages_say_what_the_state_says() -> None:
    state = BoxState((2, 5), 4, (True, False), ((True, True), (True, False), (True, True), (True, True)), frozenset({"blue"}))
    told = messages(state, 1.2345)
    assert set(told) == set(TOPICS)
    assert told["busybox/sliders/state"] == {"stamp": 1.234, "top": 2, "bottom": 5}
    assert told["busybox/knob/state"] == {"stamp": 1.234, "position": 4}
    assert told["busybox/switches/state"] == {"stamp": 1.234, "top": True, "bottom": False}
    assert told["busybox/wires/state"] == {"stamp": 1.234, "black": True, "blue": False, "red": True, "white": True}
    assert told["busybox/buttons/state"] == {"stamp": 1.234, "red": False, "blue": True, "green": False, "yellow": False}


def test_the_default_setup_is_the_canonical_box_with_all_wires_in() -> None:
    setup = BoxSetup()
    assert setup.layout == canonical()
    assert all(map(all, setup.state.wires))
