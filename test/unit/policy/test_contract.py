"""Contracts of servers: reading them, and what they make of requests and answers."""

from typing import Any

import numpy as np
import pytest
import yaml

from tandem.cell import names, paths
from tandem.cell.observation import CameraFrame, Observation
from tandem.cell.pose import Pose
from tandem.cell.robot import home_positions
from tandem.cell.scene import Scene
from tandem.policy.chunks.model import ModelFailure
from tandem.policy.remote import contract, mapping
from tandem.policy.remote.contract import Contract, ContractError, ImageSlot

HOME = home_positions()
LEFT_FINGER, RIGHT_FINGER = names.GRIPPER_COLUMN["left"], names.GRIPPER_COLUMN["right"]


def table(**changes: Any) -> dict[str, Any]:
    base = yaml.safe_load(paths.config("policies/openpi_aloha.yaml").read_text(encoding="utf-8"))
    return base | changes


def made(**changes: Any) -> Contract:
    return contract.parse(table(**changes), "mine.yaml")


@pytest.mark.parametrize("path", sorted(paths.config("policies").glob("*_*.yaml")), ids=lambda path: path.stem)
def test_shipped_contracts_can_be_read(path: Any) -> None:
    found = contract.load(path.stem)
    assert found.protocol in ("openpi", "groot")
    assert {joint for part in found.actions for joint in part.joints} <= set(names.JOINTS)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"protocol": "grpc"}, "protocol: 'grpc' can't be; it is one of openpi, groot"),
        ({"wheels": 4}, "'wheels' isn't known"),
        ({"rate_hz": None}, "rate_hz: expected a number, got None"),
        ({"rate_hz": 0}, "rate_hz: 0 isn't from 1 to 500"),
        ({"images": [{"key": "a", "camera": "front"}]}, r"images\[0\].camera: 'front' can't be; it is one of overhead_camera"),
        ({"state": []}, "state: expected a list of"),
        ({"state": [{"key": "state", "joints": ["left_leg"]}]}, r"state\[0\]: 'left_leg' is no joint; there are left_arm"),
        ({"actions": [{"key": "actions", "joints": ["left_arm"]}]}, "nothing commands left_gripper_joint, right_shoulder"),
        ({"hold": ["left_arm"]}, "left_shoulder_pan_joint is commanded and held"),
        ({"gripper": {"state": {"open": 1, "closed": 1}}}, "gripper.state: open and closed are the same figure"),
        ({"gripper": None}, "gripper.state.open: expected a number"),
        ({"signs": {"left_elbow_joint": 2}}, "a sign is 1 or -1"),
        ({"signs": {"elbow": 1}}, "'elbow' is no joint"),
        ({"checks": {"speed": 1}}, "checks: 'speed' isn't known"),
    ],
)
def test_what_can_not_be_is_said_with_its_place(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ContractError, match=f"contract mine.yaml.*{words}"):
        made(**changes)


def test_a_contract_that_is_not_there() -> None:
    with pytest.raises(ContractError, match=r"there is no contract 'mine'; there are .*openpi_aloha"):
        contract.load("mine")


def test_grippers_are_scaled_and_joints_turned() -> None:
    positions = HOME.copy()
    positions[LEFT_FINGER], positions[RIGHT_FINGER] = 0.0425, 0.0085
    used = made(signs={"left_elbow_joint": -1}, offsets={"left_elbow_joint": 0.5})
    state = mapping.state_of(used, used.state[0], positions)
    assert state[LEFT_FINGER] == pytest.approx(1.0)
    assert state[RIGHT_FINGER] == pytest.approx(0.2)
    assert state[2] == pytest.approx(-(positions[2] + 0.5))
    targets = mapping.targets_of(used, [np.tile(state, (5, 1)).astype(np.float32)], positions)
    assert np.allclose(targets, positions, atol=1e-6)


@pytest.mark.parametrize("kind", ["absolute", "delta"])
def test_what_we_serve_by_a_contract_comes_back_by_it(kind: str) -> None:
    random = np.random.default_rng(3)
    used = made(kind=kind, signs={"right_wrist_2_joint": -1}, offsets={"right_elbow_joint": 0.2})
    targets = HOME + np.where([joint.endswith("gripper_joint") for joint in names.JOINTS], -0.01, 0.1) * random.random((8, 14))
    back = mapping.targets_of(used, mapping.columns_of(used, targets, HOME), HOME)
    assert np.allclose(back, targets, atol=1e-9)
    state = {"state": mapping.state_of(used, used.state[0], HOME)}
    assert np.allclose(mapping.positions_of(used, state), HOME, atol=1e-9)


def test_a_server_of_one_arm_leaves_the_other_where_it_is() -> None:
    one = [{"key": "actions", "joints": ["right_arm", "right_gripper", "unused"]}]
    used = made(actions=one, hold=["left_arm", "left_gripper"])
    rows = np.column_stack([np.tile(HOME[7:13] + 0.1, (4, 1)), np.full(4, 0.5), np.full(4, 9.9)])
    targets = mapping.targets_of(used, [rows], HOME)
    assert np.array_equal(targets[:, :7], np.tile(HOME[:7], (4, 1)))
    assert np.allclose(targets[:, 7:13], HOME[7:13] + 0.1)
    assert np.allclose(targets[:, RIGHT_FINGER], 0.02125)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.zeros((50, 7)), "shape .50, 7., but contract mine.yaml wants at least 2 rows of 14 columns"),
        (np.zeros((1, 14)), "at least 2 rows"),
        (np.full((4, 14), np.nan), "not finite"),
        ("none", "no array of numbers"),
        (np.full((4, 14), 7.0), "asks .* for 7.00, outside its range of .*; does contract mine.yaml have the server's order"),
        (
            np.tile(HOME + 1.4 * (np.arange(14) == 0), (4, 1)),
            "the first row has left_shoulder_pan_joint 1.40 rad from where it is",
        ),
    ],
)
def test_answers_that_can_not_be_meant_so_are_refused(answer: Any, words: str) -> None:
    with pytest.raises(ModelFailure, match=words):
        mapping.targets_of(made(), [answer], HOME)


def observation(width: int, height: int) -> Observation:
    rgb = np.zeros((height, width, 3), np.uint8)
    rgb[:, : width // 2] = 255
    frame = CameraFrame("overhead_camera", 0.0, rgb, np.zeros((0, 0), np.float32), np.eye(3), Pose((0.0, 0.0, 0.0)))
    return Observation(0.0, HOME, np.zeros(14), Scene(), {"overhead_camera": frame})


@pytest.mark.parametrize(("fit", "black_rows"), [("pad", 28), ("crop", 0), ("stretch", 0)])
def test_images_are_brought_to_size(fit: Any, black_rows: int) -> None:
    image = mapping.image_of(ImageSlot(("a",), "overhead_camera", 224, 224, fit), observation(640, 480))
    assert image.shape == (224, 224, 3)
    assert int((image[:, 0].max(axis=1) == 0).sum()) == 2 * black_rows
    assert image[112, 10].min() == 255
    assert image[112, 213].max() == 0


def test_channels_first_and_other_shapes() -> None:
    tall = ImageSlot(("a",), "overhead_camera", 100, 200, "crop", channels_first=True)
    assert mapping.image_of(tall, observation(640, 480)).shape == (3, 200, 100)
    whole = ImageSlot(("a",), "overhead_camera", 0, 0)
    assert mapping.image_of(whole, observation(640, 480)).shape == (480, 640, 3)
    with pytest.raises(ModelFailure, match="no image of left_wrist_camera; is that camera running"):
        mapping.image_of(ImageSlot(("a",), "left_wrist_camera"), observation(64, 48))
