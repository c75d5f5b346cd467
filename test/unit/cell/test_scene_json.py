"""Scenes as JSON."""

import pytest

from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.scene_json import scene_from_json, scene_to_json

POSE = Pose.from_xyz_rpy((0.4, 0.1, 0.3), (0.0, 0.0, 0.3))


def test_round_trip() -> None:
    cube = SceneObject(
        "red_cube",
        "cube",
        "red",
        Pose.from_xyz_rpy((0.4, 0.1, 0.3), (0.0, 0.0, 0.3)),
        (0.04, 0.04, 0.04),
        0.8,
        "left",
        Pose((0, 0, 0.01)),
    )
    scene = Scene(2.0, (cube, SceneObject("blue_bin", "bin", "blue", Pose((0.4, -0.3, 0.03)), (0.16, 0.16, 0.06), on="table")))
    back = scene_from_json(scene_to_json(scene))
    assert back == scene


def test_position_and_size_are_enough() -> None:
    text = '{"objects": [{"name": "a", "category": "cube", "colour": "red", "position": [0.4, 0, 0.02], "size": [1, 1, 1]}]}'
    assert scene_from_json(text)["a"].pose == Pose((0.4, 0.0, 0.02))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[]", "objects"),
        ('{"objects": [{"name": "a"}]}', "lacks"),
        ("not json", "Expecting"),
        ('{"objects": [{"name": "a", "category": "cube", "colour": "red", "position": [1, 2], "size": [1, 1, 1]}]}', "unpack"),
    ],
)
def test_what_is_wrong_is_said(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        scene_from_json(text)
