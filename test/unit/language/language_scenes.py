"""Scenes that sentences are tried on."""

from dataclasses import replace

from tandem.cell import props
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject


def a_cube(colour: str, x: float, y: float, z: float = 0.02, **more: str) -> SceneObject:
    return SceneObject(f"{colour}_cube", "cube", colour, Pose((x, y, z)), (0.04, 0.04, 0.04), **{"on": "table", **more})


def a_bin(colour: str, x: float, y: float) -> SceneObject:
    return SceneObject(f"{colour}_bin", "bin", colour, Pose((x, y, 0.03)), (0.16, 0.16, 0.06), on="table")


def a_tray(x: float = 0.60, y: float = 0.0) -> SceneObject:
    pose = Pose.from_xyz_rpy((x, y, 0.028), (0.0, 0.0, 1.5708))
    return SceneObject("tray", "tray", "grey", pose, (0.30, 0.20, 0.056), on="table")


def _tabletop() -> Scene:
    """Left to right: red, blue, green; the blue bin stands on the left, the green one on the right."""
    cubes = a_cube("red", 0.38, 0.08), a_cube("green", 0.46, -0.10), a_cube("blue", 0.33, 0.02)
    return Scene(0.0, (*cubes, a_bin("blue", 0.42, 0.28), a_bin("green", 0.42, -0.28), a_tray()))


def _stacked() -> Scene:
    """Red stands on green, blue lies in the green bin."""
    red, green = a_cube("red", 0.42, 0.05, 0.06, on="green_cube"), a_cube("green", 0.42, 0.05)
    blue = a_cube("blue", 0.42, -0.28, 0.026, inside="green_bin", on="")
    return Scene(0.0, (red, green, blue, a_bin("blue", 0.42, 0.28), a_bin("green", 0.42, -0.28), a_tray()))


def _held() -> Scene:
    """The left hand holds the blue cube."""
    scene = _tabletop()
    return scene.with_object(replace(scene["blue_cube"], held_by="left", on=""))


def _one_bin() -> Scene:
    """A single bin, a single cube, no tray."""
    return Scene(0.0, (a_cube("red", 0.40, 0.05), a_bin("green", 0.42, -0.25)))


def _wide() -> Scene:
    """Only the left arm reaches the red cube and the blue bin, only the right one the yellow cube and the green bin."""
    red, yellow = a_cube("red", 0.45, 0.75), a_cube("yellow", 0.45, -0.75)
    return Scene(0.0, (red, yellow, a_bin("blue", 0.40, 0.58), a_bin("green", 0.40, -0.58)))


def _with_room() -> Scene:
    """A tray, and room for it behind a cube."""
    return Scene(0.0, (a_cube("red", 0.34, -0.22), a_tray(0.38, 0.05)))


def a_peg(colour: str, x: float, y: float, **more: str) -> SceneObject:
    return SceneObject(f"{colour}_peg", "peg", colour, Pose((x, y, 0.045)), (0.024, 0.024, 0.09), **{"on": "table", **more})


def a_socket(colour: str, x: float, y: float) -> SceneObject:
    pose = Pose.from_xyz_rpy((x, y, 0.025), (0.0, 0.0, -1.5708 if y > 0 else 1.5708))
    return SceneObject(f"{colour}_socket", "socket", colour, pose, (0.18, 0.05, 0.05), on="table")


def _peg() -> Scene:
    """A socket on the left, a peg on the right, and a cube."""
    return Scene(0.0, (a_socket("yellow", 0.42, 0.17), a_peg("red", 0.42, -0.15), a_cube("blue", 0.34, 0.0)))


def _peg_held() -> Scene:
    """The right hand holds the socket."""
    scene = Scene(0.0, (a_socket("yellow", 0.42, -0.17), a_peg("red", 0.42, -0.05), a_cube("blue", 0.34, 0.0)))
    return scene.with_object(replace(scene["yellow_socket"], held_by="right", on=""))


def _plugged() -> Scene:
    """The peg is in the socket, which stands on the table."""
    scene = _peg()
    base = scene["yellow_socket"]
    inside = base.pose @ Pose((0.065, 0.0, 0.028))
    return scene.with_object(replace(scene["red_peg"], pose=inside, inside=base.name, on=base.name))


def _egg() -> Scene:
    """An egg, a cube and two bins."""
    egg = SceneObject("white_egg", "egg", "white", Pose((0.45, 0.02, 0.028)), props.default_size("egg"), on="table")
    return Scene(0.0, (egg, a_cube("red", 0.38, -0.12), a_bin("blue", 0.42, 0.28), a_bin("green", 0.42, -0.28)))


SCENES = {
    "peg": _peg(),
    "peg_held": _peg_held(),
    "plugged": _plugged(),
    "egg": _egg(),
    "with_room": _with_room(),
    "tabletop": _tabletop(),
    "stacked": _stacked(),
    "held": _held(),
    "one_bin": _one_bin(),
    "wide": _wide(),
    "empty": Scene(),
}
