"""What hands that move the BusyBox may touch."""

from collections.abc import Iterable, Mapping

import numpy as np

from tandem.cell.busybox.parts import BOX, HANDLE_CATEGORY
from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.skills.box.hands import touch_of
from tandem.policy.skills.box.move import NEAR_M
from tandem.policy.skills.grasps import FINGERTIP_M


def hooked(sides: Iterable[Side], scene: Scene, hands: Mapping[Side, Pose]) -> tuple[ContactPair, ...]:
    """Fingers of the hands on the handles and on the box; and, of a hand that is hooked in, what stays as near to it as it is
    while both move.

    Args:
        sides: the hands that move it.
        scene: as it is now.
        hands: where the grasp centres are, in the world, by side.
    """
    handles = [item for item in scene if item.category == HANDLE_CATEGORY]
    pairs: list[ContactPair] = []
    for side in sides:
        pairs += touch_of(side, *(item.name for item in scene if item.name == BOX), *(handle.name for handle in handles))
        if any(_is_in(hands[side], handle) for handle in handles):
            pairs += [(f"{side}_gripper", item.name) for item in scene if _goes_along(item, hands[side])]
    return tuple(pairs)


def _is_in(tcp: Pose, handle: SceneObject) -> bool:
    """Whether fingertips are below a handle's upper face, within its outline."""
    tips = (handle.pose.inverse @ tcp @ Pose((0.0, 0.0, FINGERTIP_M))).position
    return tips[2] < handle.size[2] / 2 and all(abs(at) < size / 2 for at, size in zip(tips[:2], handle.size[:2], strict=True))


def _goes_along(item: SceneObject, tcp: Pose) -> bool:
    apart = float(np.linalg.norm(np.subtract(item.pose.position, tcp.position)[:2]))
    return item.name.startswith(f"{BOX}/") and item.category != HANDLE_CATEGORY and apart < NEAR_M
