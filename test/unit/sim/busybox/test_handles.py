"""Two hands take the box by its handles, lift it and put it down again."""

import numpy as np
import pytest
from arm_script import above, run, start_move

from tandem.cell import description, names
from tandem.sim.cell_sim import CellSim
from tandem.sim.gripper_controller import GripperGoal
from tandem.sim.scenes import scene_for

BAR = 0.055
"""Height of the hands at the handles [m]."""


def test_both_hands_lift_the_box_by_its_handles() -> None:
    sim = CellSim(scene_for("busybox_canonical", 1))
    sim.step(50)
    start, told = sim.truth.object_pose("box"), description.settings("busybox.yaml")
    out = told["frame"][0] / 2 + told["handle"]["depth"] - told["handle"]["bar"] / 2
    ends = {"left": -1.0, "right": 1.0}  # the left hand's handle is the left one of the print, whose top is away from the robots
    yaw = (start.yaw + np.pi) % np.pi - np.pi / 2  # fingers close along the box's x

    def both(height: float, duration: float) -> None:
        for side in names.SIDES:
            x, y, _ = np.array(start.position) + start.rotation @ (ends[side] * out, 0.0, 0.0)
            start_move(sim, side, above((x, y, 0.0), yaw, height), duration)
        run(sim, duration + 0.05)

    def close(travel: float) -> None:
        for side in names.SIDES:
            sim.gripper_controllers[side].accept(GripperGoal(travel), sim.time)
        run(sim, 0.8)

    close(0.026)
    both(0.20, 2.0)
    both(BAR, 1.5)
    close(0.0)
    both(BAR + 0.07, 1.5)
    lifted = sim.truth.object_pose("box")
    assert lifted.position[2] - start.position[2] == pytest.approx(0.07, abs=0.005)
    assert lifted.rotation[2, 2] > 0.999
    assert not any(body == "table" for body in sim.truth.touching("box"))
    both(BAR, 1.5)
    close(0.026)
    assert np.array(sim.truth.object_pose("box").position) == pytest.approx(start.position, abs=2e-3)
    assert sim.truth.box is not None
    assert sim.truth.box.state() == sim.scene.objects[0].setup.state  # type: ignore[union-attr]
