"""An RGB-D image as points in the world."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell.observation import CameraFrame
from tandem.perception.colour import brightness

Float = NDArray[np.float32]
Mask = NDArray[np.bool_]
Window = tuple[slice, slice]
"""Rows and columns of a part of an image."""

TABLE_SHARE = 0.3
"""The table's height is taken from an image of which at least this share shows it."""

SMOOTHED = 0.45
"""Noise that a median over 3 x 3 pixels leaves, as a share of what it takes away, for normally distributed noise."""

NEAREST_M = 0.05
"""What is nearer to the camera than this along its axis may appear anywhere in the image."""


@dataclass(frozen=True, eq=False)
class View:
    """A frame with its points in the world.

    Attributes:
        frame: the image.
        rays: world direction of each pixel per metre of depth, shape (3, height, width).
        points: world points [m], shape (3, height, width); meaningless where not ``valid``.
        heights: height above the table [m], with speckle removed, shape (height, width); 0 where not ``valid``.
        valid: pixels whose depth is known, shape (height, width).
        noise: standard deviation of ``heights`` [m].
        brightness: of the table in the image, 0 to 1: what bright and dark are measured by.
    """

    frame: CameraFrame
    rays: Float
    points: Float
    heights: Float
    valid: Mask
    noise: float
    brightness: float

    @cached_property
    def rotation(self) -> NDArray[np.float64]:
        """From the camera's optical frame to the world, shape (3, 3)."""
        return self.frame.pose.rotation

    def on_plane(self, u: NDArray[np.float64], v: NDArray[np.float64], height: float) -> NDArray[np.float64]:
        """World x and y where the rays of image points meet the plane at a height, shape (N, 2); pixels may be fractions."""
        k = self.frame.intrinsics
        directions = np.stack([(u - k[0, 2]) / k[0, 0], (v - k[1, 2]) / k[1, 1], np.ones_like(u)], axis=1)
        world = directions @ self.rotation.T
        origin = np.asarray(self.frame.pose.position)
        return origin[:2] + world[:, :2] * ((height - origin[2]) / world[:, 2])[:, None]

    def project(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Pixel columns, rows, and depths [m] of world points, shape (N, 3)."""
        local = (points - np.asarray(self.frame.pose.position)) @ self.rotation
        k = self.frame.intrinsics
        depth = np.maximum(local[:, 2], 1e-6)
        return k[0, 0] * local[:, 0] / depth + k[0, 2], k[1, 1] * local[:, 1] / depth + k[1, 2], local[:, 2]

    def window(self, corners: NDArray[np.float64], low: float, high: float) -> Window:
        """The part of the image in which all within an area appears: one pixel at least.

        Args:
            corners: of the area in plan view, shape (N, 2) [m].
            low, high: heights between which it is looked for [m].
        """
        points = np.empty((2, len(corners), 3))
        points[..., :2], points[0, :, 2], points[1, :, 2] = corners, low, high
        u, v, depth = self.project(points.reshape(-1, 3))
        height, width = self.valid.shape
        if depth.min() < NEAREST_M:
            return slice(0, height), slice(0, width)
        return _span(v, height), _span(u, width)

    def pixel_area(self, height: float, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> float:
        """Area of the horizontal plane at a height that the pixels cover [m^2].

        A pixel's solid angle is cos^3 / (fx fy); on a plane at distance ``a`` from the camera it covers depth^3 / (fx fy a).
        """
        above = self.frame.pose.position[2] - height
        depth = -above / self.rays[2, rows, columns].astype(np.float64)
        k = self.frame.intrinsics
        return float(np.sum(depth**3) / (k[0, 0] * k[1, 1] * above))


def _span(places: NDArray[np.float64], size: int) -> slice:
    """From the first to the last of some places along a side of the image, in whole pixels, one more at the end."""
    first, last = float(places.min()), float(places.max())
    return slice(int(min(max(first, 0), size - 1)), int(min(max(last + 2, 1), size)))


@lru_cache(maxsize=8)
def _camera_rays(intrinsics: bytes, height: int, width: int) -> Float:
    k = np.frombuffer(intrinsics).reshape(3, 3)
    u, v = np.meshgrid(np.arange(width), np.arange(height))
    rays = np.stack([(u - k[0, 2]) / k[0, 0], (v - k[1, 2]) / k[1, 1], np.ones_like(u, dtype=float)])
    return rays.astype(np.float32)


@lru_cache(maxsize=4)
def _world_rays(intrinsics: bytes, quaternion: tuple[float, ...], height: int, width: int, rotation: bytes) -> Float:
    local = _camera_rays(intrinsics, height, width).reshape(3, -1)
    matrix = np.frombuffer(rotation).reshape(3, 3).astype(np.float32)
    rays = (matrix @ local).reshape(3, height, width)
    rays.setflags(write=False)
    return rays


def look(frame: CameraFrame, table_band: float = 0.006, level: bool = True) -> View:
    """Deproject a frame.

    Args:
        frame: the image.
        table_band: what is this near to the plane z = 0 is the table [m].
        level: correct small offsets of the depth by the table; only where most of what is seen at that height is the table.

    Raises:
        ValueError: the image's arrays do not fit together.
    """
    height, width = frame.depth.shape
    if frame.rgb.shape != (height, width, 3) or frame.intrinsics.shape != (3, 3):
        raise ValueError(f"{frame.camera}: colour {frame.rgb.shape}, depth {frame.depth.shape}, K {frame.intrinsics.shape}")
    k = np.ascontiguousarray(frame.intrinsics, dtype=np.float64).tobytes()
    rotation = np.ascontiguousarray(frame.pose.rotation).tobytes()
    rays = _world_rays(k, frame.pose.quaternion, height, width, rotation)
    valid = (frame.depth > 0) & (frame.depth < np.inf)
    everywhere = bool(valid.all())
    depth = frame.depth if everywhere else np.where(valid, frame.depth, np.float32(0.0))
    origin = np.asarray(frame.pose.position, dtype=np.float32)
    points = rays * depth
    points += origin[:, None, None]
    heights = points[2].copy() if everywhere else np.where(valid, points[2], np.float32(0.0))
    table = (np.abs(heights[::4, ::4]) < table_band) & valid[::4, ::4]
    if level and table.mean() > TABLE_SHARE:
        heights -= np.median(heights[::4, ::4][table])
    smooth = cv2.medianBlur(heights, 3).astype(np.float32, copy=False)
    speckle = np.abs(heights[::4, ::4] - smooth[::4, ::4])[valid[::4, ::4]]
    noise = SMOOTHED * 1.4826 * float(np.median(speckle)) if len(speckle) else 0.0
    return View(frame, rays, points, smooth, valid, noise, brightness(frame.rgb[::4, ::4][table]))
