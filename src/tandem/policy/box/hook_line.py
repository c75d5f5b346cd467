"""Where hands hook into the BusyBox's handles to move it or to turn it: the ends of a line through the box."""

from dataclasses import dataclass

import numpy as np

from tandem.cell.busybox.parts import BOX, HANDLES
from tandem.cell.motions import DIRECTIONS, SENSES
from tandem.cell.names import SIDES
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene
from tandem.policy.skills.box.hooks import in_hole, own_handles
from tandem.policy.skills.box.move import hooked_at


@dataclass(frozen=True)
class HookLine:
    """From one hand's grasp centre to the other's while both are hooked in.

    A hand that isn't needed would be in the middle of its handle.

    Attributes:
        middle: of the line, in the frame of the box's object; x is along it.
        length: of the line [m].
    """

    middle: Pose
    length: float


def hook_line(scene: Scene, step: Step) -> HookLine | None:
    """The line as the skills hook in; None where the box isn't seen, or the step wants nothing known of it."""
    if step.relation not in (*DIRECTIONS, *SENSES) or any(name not in scene for name in (BOX, *HANDLES)):
        return None
    box, handles = scene[BOX], own_handles(scene[name] for name in HANDLES)
    ends = hooked_at(box.pose, step)
    hands = [in_hole(box, handles[side], ends.get(side, 0.0), 0.0) for side in SIDES]
    left, right = (np.array((box.pose.inverse @ hand).position) for hand in hands)
    x, y, z = (float(value) for value in (left + right) / 2)
    way = right - left
    middle = Pose.from_xyz_rpy((x, y, z), (0.0, 0.0, float(np.arctan2(way[1], way[0]))))
    return HookLine(middle, float(np.hypot(way[0], way[1])))
