"""Scenes as JSON, for `tandem parse --scene` and for traces."""

import json
from dataclasses import asdict
from typing import Any

from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject


def scene_to_json(scene: Scene) -> str:
    """The scene; poses as {position, quaternion} with x, y, z, w."""
    return json.dumps(asdict(scene), indent=2)


def scene_from_json(text: str) -> Scene:
    """A scene. An object needs name, category, colour, position and size; the rest has defaults.

    Raises:
        ValueError: it is not JSON, or an object lacks something; the message names it.
    """
    document = json.loads(text)
    if not isinstance(document, dict) or not isinstance(document.get("objects"), list):
        raise ValueError('expected {"objects": [...]}')
    return Scene(float(document.get("stamp", 0.0)), tuple(_object(entry) for entry in document["objects"]))


def _object(entry: dict[str, Any]) -> SceneObject:
    try:
        pose = _pose(entry["pose"]) if "pose" in entry else Pose(_triple(entry["position"]))
        required: dict[str, Any] = {key: str(entry[key]) for key in ("name", "category", "colour")}
        size = _triple(entry["size"])
    except KeyError as error:
        raise ValueError(f"object {entry.get('name', '?')} lacks {error.args[0]}") from error
    optional = {
        key: entry[key] for key in ("confidence", "held_by", "inside", "on", "visible", "last_seen", "state") if key in entry
    }
    grasp = entry.get("pose_in_tcp")
    return SceneObject(**required, pose=pose, size=size, pose_in_tcp=_pose(grasp) if grasp else None, **optional)


def _pose(entry: dict[str, Any]) -> Pose:
    quaternion = tuple(float(value) for value in entry.get("quaternion", (0.0, 0.0, 0.0, 1.0)))
    if len(quaternion) != 4:
        raise ValueError("a quaternion has four numbers: x, y, z, w")
    return Pose(_triple(entry["position"]), quaternion)


def _triple(values: Any) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in values)
    return x, y, z
