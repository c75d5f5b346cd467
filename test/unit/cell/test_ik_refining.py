"""Inverse kinematics of arms that are a little off, as real ones are, against Pinocchio's forward kinematics."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from tandem.cell import description, ik, limits, names
from tandem.cell.ik import Array
from tandem.cell.robot import RobotModel, home_positions

LIMITS = limits.joint_limits()


@pytest.fixture(scope="module")
def robot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RobotModel]:
    """A cell with arms as calibrations find them: a millimetre and a fifth of a degree off here and there."""
    folder, rng = tmp_path_factory.mktemp("measured"), np.random.default_rng(4)
    cell = description.settings("calibration.yaml")
    nominal = description.settings("kinematics/ur5e.yaml")["kinematics"]
    arms = {}
    for side in names.SIDES:
        joints = {
            joint: {key: value + rng.normal(0.0, 0.0008 if key in "xyz" else 0.003) for key, value in place.items()}
            for joint, place in nominal.items()
            if joint != "hash"
        }
        file = folder / f"{side}.yaml"
        file.write_text(yaml.safe_dump({"kinematics": joints | {"hash": f"calib_{side}"}}))
        arms[side] = cell["arms"][side] | {"kinematics": str(file)}
    calibration = folder / "calibration.yaml"
    calibration.write_text(yaml.safe_dump(cell | {"arms": arms}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(description.CALIBRATION, str(calibration))
        yield RobotModel()


def drawn(count: int) -> Array:
    rng = np.random.default_rng(7)
    return LIMITS.lower + rng.uniform(0.02, 0.98, (count, names.DOF)) * (LIMITS.upper - LIMITS.lower)


@pytest.mark.parametrize("side", names.SIDES)
def test_forward_is_that_of_the_measured_arm(robot: RobotModel, side: names.Side) -> None:
    chain = ik.arm_chain(robot, side)
    postures = drawn(20)
    told = [robot.frame_matrix(posture, names.TCP_FRAME[side]) for posture in postures]
    np.testing.assert_allclose(ik.forward(chain, postures[:, names.ARM_COLUMNS[side]]), told, atol=1e-9)
    nominal = ik.forward(replace(chain, placements=None), postures[:, names.ARM_COLUMNS[side]])
    assert np.abs(nominal - np.array(told))[:, :3, 3].max() > 5e-4, "the arms are off"


@pytest.mark.parametrize("side", names.SIDES)
def test_solutions_reach_exactly_where_the_nominal_arm_would_miss(robot: RobotModel, side: names.Side) -> None:
    columns, missed = names.ARM_COLUMNS[side], 0
    for posture in drawn(60):
        joints = posture[columns]
        if ik.arm_chain(robot, side).conditioning(joints) < 0.1:
            continue  # near a singularity the nominal arm may lack a branch that the real one has
        found = ik.solutions(robot, side, robot.tcp_pose(posture, side), posture)
        assert np.abs(found - joints).max(axis=1).min() < 1e-5
        for solution in found:
            changed = posture.copy()
            changed[columns] = solution
            reached = robot.tcp_pose(changed, side).matrix
            assert np.abs(reached - robot.tcp_pose(posture, side).matrix).max() < 1e-6
        missed += 1
    assert missed > 20


def test_many_poses_at_once_keep_their_shape_and_their_gaps(robot: RobotModel) -> None:
    chain = ik.arm_chain(robot, "left")
    near = ik.forward(chain, home_positions()[:6])
    far = near.copy()
    far[:3, 3] += 3.0
    found = ik.inverse(chain, np.stack([near, far, near]))
    assert found.shape == (3, 8, 6)
    assert np.isnan(found[1]).all()
    assert not np.isnan(found[0]).all()
    np.testing.assert_array_equal(found[0], found[2])


def test_another_kind_of_arm_is_refused(robot: RobotModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    del robot
    cell = description.settings("calibration.yaml")
    nominal = description.settings("kinematics/ur5e.yaml")["kinematics"]
    file = tmp_path / "bent.yaml"
    file.write_text(yaml.safe_dump({"kinematics": nominal | {"wrist_1": nominal["wrist_1"] | {"roll": 0.5}}}))
    arms = cell["arms"] | {"left": cell["arms"]["left"] | {"kinematics": str(file)}}
    calibration = tmp_path / "calibration.yaml"
    calibration.write_text(yaml.safe_dump(cell | {"arms": arms}))
    monkeypatch.setenv(description.CALIBRATION, str(calibration))
    with pytest.raises(ValueError, match="axes of a Universal Robots arm"):
        ik.arm_chain(RobotModel(), "left")
