"""What the vla node gathers for a policy, from messages alone."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sensor_msgs.msg import JointState

from tandem.cell import names
from tandem.cell.robot import home_positions
from tandem.nodes import conversions
from tandem.nodes.joint_buffer import JointBuffer
from tandem.nodes.senses import Eyes, TouchHistory

CAMERA = "left_wrist_camera"


class Node:
    """Collects what is subscribed to."""

    def __init__(self) -> None:
        self.heard: dict[str, Callable[[Any], None]] = {}

    def create_subscription(self, kind: type, topic: str, callback: Callable[[Any], None], qos: object) -> None:
        del kind, qos
        self.heard[topic] = callback


@pytest.fixture
def joints() -> JointBuffer:
    buffer = JointBuffer()
    message = JointState(name=list(names.JOINTS), position=home_positions().tolist())
    message.header = conversions.header(1.0)
    buffer.add(message)
    return buffer


def test_images_are_awaited_and_then_given(joints: JointBuffer) -> None:
    node = Node()
    eyes = Eyes(node, (CAMERA,), joints)  # type: ignore[arg-type]
    missing = eyes.frames(1.0, 0.5)
    assert isinstance(missing, str)
    assert "no image of left_wrist_camera yet" in missing
    pixels = np.full((4, 6, 3), 9, np.uint8)
    node.heard[f"{CAMERA}/color/image_raw"](conversions.to_image(pixels, "rgb8", 1.0, "x"))
    node.heard[f"{CAMERA}/camera_info"](conversions.to_camera_info(np.eye(3), 6, 4, 1.0, "x"))
    frames = eyes.frames(1.2, 0.5)
    assert isinstance(frames, dict)
    assert np.array_equal(frames[CAMERA].rgb, pixels)
    assert frames[CAMERA].stamp == pytest.approx(1.0)
    assert frames[CAMERA].pose.position[2] > 0.0
    assert eyes.frames(2.0, 0.5) == "the newest image of left_wrist_camera is 1.0 s old"


def test_no_cameras_are_subscribed_to_unless_wanted(joints: JointBuffer) -> None:
    node = Node()
    assert Eyes(node, (), joints).frames(1.0, 0.5) == {}  # type: ignore[arg-type]
    assert node.heard == {}


def test_touch_of_the_last_half_second() -> None:
    refused: list[str] = []
    felt = TouchHistory(refused.append)
    for tick in range(100):
        stamp = 0.02 * tick
        for side in names.SIDES:
            felt.wrench(side, conversions.to_wrench(np.full(6, float(tick)), stamp, f"{side}_tcp"))
            felt.touch(side, conversions.to_tactile(np.zeros((2, 4, 4, 3)), stamp, f"{side}_tcp"))
    samples = felt.until(1.98)
    stamps = [sample.stamp for sample in samples]
    assert stamps == sorted(stamps)
    assert len(samples) >= 20
    assert stamps[0] >= 1.48 - 1e-6
    assert stamps[-1] == pytest.approx(1.98)
    assert set(samples[0].wrenches) == set(samples[0].tactile) == set(names.SIDES)
    felt.wrench("left", conversions.to_wrench(np.zeros(6), 0.0, "left_tcp"))
    assert [sample.stamp for sample in felt.until(0.0)] == [0.0]
    felt.wrench("right", conversions.to_wrench(np.zeros(6), 0.1, "nowhere"))
    assert len(refused) == 1
