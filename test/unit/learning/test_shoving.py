"""The box is shoved where it was to go, in reach, and not before the arms move."""

from math import hypot

import numpy as np
import pytest

from tandem.learning.evaluation.shoving import plan_shove
from tandem.sim.cell_sim import CellSim
from tandem.sim.scenes import scene_for


def test_shoves_stay_in_reach_and_are_the_same_for_the_same_scene() -> None:
    for seed in range(30):
        scene = scene_for("busybox_full", seed)
        plan = plan_shove(scene, 0.05)
        assert plan == plan_shove(scene_for("busybox_full", seed), 0.05)
        assert hypot(*plan.offset) == pytest.approx(0.05)
        x, y, _ = np.add(scene.objects[0].pose.position, (*plan.offset, 0.0))
        assert 0.40 <= x <= 0.52
        assert abs(y) <= 0.08
    assert len({plan_shove(scene_for("busybox_full", seed), 0.05).offset for seed in range(30)}) == 30


@pytest.mark.parametrize("friction", [0.6, 1.0])
def test_a_shove_moves_the_box_as_far_and_changes_nothing_on_it(friction: float) -> None:
    sim = CellSim(scene_for("busybox_semi", 4))
    sim.cell.model.geom_friction[:] *= friction
    sim.step(200)
    before = sim.truth.object_pose("box")
    assert sim.truth.box is not None
    state = sim.truth.box.state()
    sim.shove("box", (0.03, -0.04), 0.5)
    sim.step(700)
    after = sim.truth.object_pose("box")
    assert np.subtract(after.position, before.position) == pytest.approx((0.03, -0.04, 0.0), abs=0.004)
    assert after.yaw == pytest.approx(before.yaw, abs=0.02)
    assert sim.truth.box.state() == state
    assert sim.truth.object_velocity("box")[0] < 1e-3
