"""The box as plain blocks, for images by ray casting: a frame with handles, and a few parts of known height."""

import numpy as np
from box_world import Block

from tandem.cell.busybox import shapes
from tandem.cell.busybox.layout import canonical
from tandem.cell.busybox.scene_objects import scene_objects
from tandem.cell.busybox.state import BoxState
from tandem.cell.pose import Pose
from tandem.perception.busybox.outline import Placement

NAVY, GREY, WHITE, GREEN = (33, 43, 77), (158, 158, 156), (235, 232, 222), (30, 158, 92)


def blocks(placement: Placement, top: float = 0.075, parts: bool = True) -> list[Block]:
    """Frame, handles and, on request, two slider caps' worth of things on it."""
    frame = Pose.from_xyz_rpy((placement.x, placement.y, top - 0.075), (0.0, 0.0, placement.yaw))
    made = [_block(frame @ Pose((0.0, 0.0, 0.0375)), (0.3, 0.2, 0.075), NAVY)]
    for item in scene_objects(frame, canonical(), BoxState()):
        if item.category == "handle":
            made += [_block(item.pose @ pose, size, GREY) for pose, size in shapes.boxes("handle", item.size)]
        if parts and item.category == "slider":
            made.append(_block(item.pose, item.size, WHITE))
        if parts and item.category == "button":
            made.append(_block(item.pose @ Pose((0.0, 0.0, -item.size[2] / 2)), (0.02, 0.02, item.size[2]), GREEN))
    return made


def _block(pose: Pose, size: tuple[float, float, float], rgb: tuple[int, int, int]) -> Block:
    return Block(pose.position, size, pose.yaw, rgb)


def any_placement(rng: np.random.Generator, turn: float = 1.4) -> Placement:
    """Somewhere in view, its upper row more or less away from the robots."""
    return Placement(float(rng.uniform(0.36, 0.58)), float(rng.uniform(-0.2, 0.2)), float(-np.pi / 2 + rng.uniform(-turn, turn)))
