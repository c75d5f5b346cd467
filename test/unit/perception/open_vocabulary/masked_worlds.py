"""Images of things whose masks are known: of boxes by ray casting, and of the simulated cell."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from box_world import RED, Block, World, cube

from tandem.cell.observation import CameraFrame
from tandem.cell.pose import Pose
from tandem.perception.faces import find_faces
from tandem.perception.follow import Image
from tandem.perception.open_vocabulary.models import Box, Masks, Rgb
from tandem.perception.settings import perception_settings
from tandem.perception.shapes import Detection, detect
from tandem.perception.view import Mask, look

SETTINGS = perception_settings()
YELLOW, STEEL = (230, 180, 30), (90, 92, 96)
AWAY = cube(0.55, -0.30, 0.2, RED)

DRIVER = (0.20, 0.028, 0.028)
"""Footprint and height of a screwdriver: a thick yellow handle, a thin shaft of steel."""


def screwdriver(x: float, y: float, yaw: float, bottom: float = 0.0) -> list[Block]:
    pose = Pose.from_xyz_rpy((x, y, bottom + 0.014), (0.0, 0.0, yaw))
    handle, shaft = (pose @ Pose((-0.055, 0.0, 0.0))).position, (pose @ Pose((0.045, 0.0, 0.0))).position
    return [Block(handle, (0.09, 0.028, 0.028), yaw, YELLOW), Block(shaft, (0.11, 0.010, 0.010), yaw, STEEL)]


def mask_of(blocks: Sequence[Block], world: World) -> Mask:
    """The pixels that show these blocks of a world."""
    clean = replace(world, depth_noise=0.0)
    without = replace(clean, blocks=[block for block in world.blocks if block not in blocks])
    return np.abs(clean.image().depth - without.image().depth) > 1e-5


def as_seen(frame: CameraFrame, robot: Mask | None = None, detections: Sequence[Detection] | None = None) -> Image:
    """What perception makes of an image."""
    view = look(frame, SETTINGS.depth.table_band)
    hidden = np.zeros(view.valid.shape, dtype=bool) if robot is None else robot
    faces = find_faces(view, hidden, SETTINGS)
    found = detect(view, hidden, faces, SETTINGS) if detections is None else detections
    return Image(view, hidden, faces, found)


def box_around(mask: Mask, phrase: str = "screwdriver", score: float = 0.6, margin: float = 4.0) -> Box:
    rows, columns = np.nonzero(mask)
    return Box(phrase, score, columns.min() - margin, rows.min() - margin, columns.max() + margin, rows.max() + margin)


class Tells:
    """A detector that finds what it is told to, and counts how often it is asked."""

    def __init__(self, *boxes: Box) -> None:
        self.boxes: Sequence[Box] = boxes
        self.asked = 0

    def detect(self, rgb: Rgb, phrases: Sequence[str]) -> list[Box]:
        self.asked += 1
        return [box for box in self.boxes if box.phrase in phrases]


class Outlines:
    """A segmenter that knows the masks."""

    def __init__(self, *masks: Mask) -> None:
        self.masks = masks

    def segment(self, rgb: Rgb, boxes: Sequence[Box]) -> Masks:
        return np.array(self.masks[: len(boxes)])
