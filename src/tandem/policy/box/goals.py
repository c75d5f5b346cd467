"""What a step on the BusyBox works on, and how that is to be when the step is done: from the scene and the step alone."""

from dataclasses import replace
from typing import Final

import numpy as np
from scipy.spatial.transform import Rotation

from tandem.cell import description
from tandem.cell.busybox.parts import BOX, Part, centre, part_named, plug, pointer
from tandem.cell.busybox.scene_objects import module_frame
from tandem.cell.busybox.state import ROW_NAMES, BoxState, Row, slider_x
from tandem.cell.motions import DIRECTIONS, SENSES
from tandem.cell.plan import PART_VERBS, WHOLE_VERBS, Step
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.skills.box.move import FAR_M, TURN_RAD
from tandem.policy.skills.box.pull import ASIDE_M, DROP_M

VERBS: Final = (*PART_VERBS, *WHOLE_VERBS)
"""Verbs that leave something of the box as they want it."""


def worked_on(scene: Scene, step: Step) -> SceneObject | None:
    """What the hand handles: of a wire that is pulled the plug nearer to the box's middle, where it lifts the box less; of one
    that is plugged in the loose one; else the step's object. None where it isn't known."""
    item = scene.get(step.object)
    if item is None or step.verb not in ("pull", "plug"):
        return item
    ends = [end for row in ROW_NAMES if (end := scene.get(f"{item.name}/{row}")) is not None]
    if step.verb == "plug":
        return next((end for end in ends if end.state == "out"), None)
    box = scene.get(BOX)
    if box is None or not ends:
        return None
    return min(ends, key=lambda end: float(np.linalg.norm(np.subtract(end.pose.position, box.pose.position)[:2])))


def goal(scene: Scene, step: Step, item: SceneObject) -> SceneObject | None:
    """What a step works on as it will be when that is done; None where nothing is known of that.

    A slider's cap at its number, the knob turned to its own, a lever tilted the other way, a button down, a plug laid down beside
    its jack or upright in it, the box moved or turned as far as the skills do.

    Args:
        scene: as perceived.
        step: on the box.
        item: of `worked_on`.
    """
    if step.verb in WHOLE_VERBS:
        return _displaced(item, step.relation)
    if step.verb not in PART_VERBS or not item.name.startswith(f"{BOX}/"):
        return None
    _, name, *key = item.name.split("/")
    module = scene.get(f"{BOX}/{name}")
    if module is None:
        return None
    frame = module_frame(module)
    if step.verb in ("pull", "plug"):
        return _laid_down(item, frame) if step.verb == "pull" else _in_its_jack(item, frame, *key)
    return _set(item, frame, part_named(item.name), step)


def _displaced(box: SceneObject, relation: str) -> SceneObject | None:
    x, y, z = box.pose.position
    if relation in DIRECTIONS:
        ahead, left = DIRECTIONS[relation]
        return replace(box, pose=Pose((x + FAR_M * ahead, y + FAR_M * left, z), box.pose.quaternion))
    if relation in SENSES:
        return replace(box, pose=box.pose @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, SENSES[relation] * TURN_RAD)))
    return None


def _set(item: SceneObject, frame: Pose, part: Part, step: Step) -> SceneObject:
    """A part that stays in its module: what is measured of it stays where the setting doesn't say otherwise."""
    local = frame.inverse @ item.pose
    x, y, z = local.position
    turn = local.quaternion
    match step.verb:
        case "slide":
            x = slider_x(int(step.setting))
        case "turn":
            turn = pointer(int(step.setting)).quaternion
        case "flip":
            on = step.setting == "on"
            x = centre(part, BoxState(switches=(on, on)))[0]
        case "press":
            z = centre(part, BoxState(buttons=frozenset((part.key,))))[2]
    return replace(item, pose=frame @ Pose((x, y, z), turn))


def _laid_down(item: SceneObject, frame: Pose) -> SceneObject:
    """A plug that is in, as the hand lets it go: beside its jack towards the module's middle, its pin just above the face."""
    jack = description.settings("busybox.yaml")["wires"]["jack"]
    _, colour, row = item.name.split("/")[1:]
    seated = _in_its_jack(item, frame, colour, row)
    aside = -ASIDE_M if (frame.inverse @ seated.pose).position[1] > 0 else ASIDE_M
    up = float(jack["depth"]) - float(jack["height"]) + DROP_M
    x, y, z = (frame.inverse @ seated.pose).position
    return replace(seated, pose=Pose((frame @ Pose((x, y + aside, z + up))).position, seated.pose.quaternion))


def _in_its_jack(item: SceneObject, frame: Pose, colour: str, row: str) -> SceneObject:
    """A plug in its own jack, upright and otherwise turned as it is: it is round."""
    own: Row = "top" if row == "top" else "bottom"
    height = float(description.settings("busybox.yaml")["wires"]["plug"]["height"])
    place = (frame @ Pose(plug(colour, own)) @ Pose((0.0, 0.0, height / 2))).position
    leaning = Rotation.from_quat(item.pose.quaternion)
    upright = Rotation.align_vectors(frame.rotation[:, 2], leaning.apply((0.0, 0.0, 1.0)))[0] * leaning
    x, y, z, w = (float(value) for value in upright.as_quat())
    return replace(item, pose=Pose(place, (x, y, z, w)))
