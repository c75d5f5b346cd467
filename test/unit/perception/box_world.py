"""Images of boxes by ray casting, for tests: no simulator is needed."""

from dataclasses import dataclass, field
from math import tan

import numpy as np

from tandem.cell import description
from tandem.cell.observation import CameraFrame
from tandem.cell.pose import Pose
from tandem.cell.props import default_size, primitives
from tandem.perception.view import _camera_rays

RED, GREEN, BLUE, TABLE, GREY = (200, 40, 35), (45, 160, 60), (40, 80, 190), (219, 214, 204), (110, 112, 118)

OVERHEAD = Pose.from_matrix(
    np.array([[0.0, -1.0, 0.0, 0.46], [-1.0, 0.0, 0.0, 0.0], [0.0, 0.0, -1.0, 1.15], [0.0, 0.0, 0.0, 1.0]])
)


@dataclass(frozen=True)
class Block:
    """A box: centre, full extents, heading [rad], colour; tilted about its own x axis [rad]."""

    centre: tuple[float, float, float]
    size: tuple[float, float, float]
    yaw: float
    rgb: tuple[int, int, int]
    tilt: float = 0.0
    quaternion: tuple[float, float, float, float] | None = None  # any other turn, instead of the two

    @property
    def pose(self) -> Pose:
        if self.quaternion is not None:
            return Pose(self.centre, self.quaternion)
        return Pose.from_xyz_rpy(self.centre, (0.0, 0.0, self.yaw)) @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (self.tilt, 0.0, 0.0))


@dataclass(frozen=True)
class Egg(Block):
    """A spheroid in a box of that size, darker towards its border."""


@dataclass(frozen=True)
class World:
    """Boxes on a table."""

    blocks: list[Block] = field(default_factory=list)
    table: tuple[int, int, int] = TABLE
    light: float = 1.0
    depth_noise: float = 0.0
    seed: int = 0

    def image(self, stamp: float = 0.0, pose: Pose = OVERHEAD, camera: str = "overhead_camera") -> CameraFrame:
        figures = description.settings("cameras.yaml")["overhead_camera"]
        width, height = figures["width"], figures["height"]
        f = height / 2 / tan(np.deg2rad(figures["fovy"]) / 2)
        k = np.array([[f, 0.0, (width - 1) / 2], [0.0, f, (height - 1) / 2], [0.0, 0.0, 1.0]])
        rays = _camera_rays(k.tobytes(), height, width).astype(float).reshape(3, -1)
        world = pose.rotation @ rays
        origin = np.asarray(pose.position)
        depth = np.full(world.shape[1], np.inf)
        down = world[2] < -1e-9
        depth[down] = -origin[2] / world[2, down]
        shade = np.tile(np.array(self.table, float), (len(depth), 1))
        for block in self.blocks:
            seen = _pixels_around(block, k, pose, width, height)
            hit, bright = _cast(block, origin, world[:, seen])
            nearer = hit < depth[seen]
            depth[seen[nearer]] = hit[nearer]
            shade[seen[nearer]] = np.array(block.rgb) * bright[nearer, None]
        rng = np.random.default_rng(self.seed)
        depth = np.where(np.isfinite(depth), depth + self.depth_noise * rng.standard_normal(len(depth)), 0.0)
        rgb = np.clip(shade * self.light + rng.normal(0, 2.0, shade.shape), 0, 255).astype(np.uint8)
        return CameraFrame(camera, stamp, rgb.reshape(height, width, 3), depth.reshape(height, width).astype(np.float32), k, pose)


def _pixels_around(block: Block, k: np.ndarray, pose: Pose, width: int, height: int) -> np.ndarray:
    """Flat indices of the pixels in which a box in front of the camera may appear."""
    signs = np.array([[a, b, c] for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)])
    corners = block.pose.matrix
    points = (signs * np.asarray(block.size) / 2) @ corners[:3, :3].T + corners[:3, 3]
    local = (points - np.asarray(pose.position)) @ pose.rotation
    u, v = (k[axis, axis] * local[:, axis] / local[:, 2] + k[axis, 2] for axis in (0, 1))
    columns = np.arange(max(int(u.min()) - 1, 0), min(int(u.max()) + 3, width))
    rows = np.arange(max(int(v.min()) - 1, 0), min(int(v.max()) + 3, height))
    return (rows[:, None] * width + columns).ravel()


def _cast(block: Block, origin: np.ndarray, rays: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    turn = block.pose.rotation.T
    start = turn @ (origin - np.asarray(block.centre))
    local = turn @ rays
    half = np.asarray(block.size)[:, None] / 2
    if isinstance(block, Egg):
        return _cast_round(start[:, None] / half, local / half, half)
    with np.errstate(divide="ignore", invalid="ignore"):
        a = (-half - start[:, None]) / local
        b = (half - start[:, None]) / local
    near, far = np.minimum(a, b), np.maximum(a, b)
    enter, leave = near.max(axis=0), far.min(axis=0)
    hit = np.where((enter < leave) & (enter > 0), enter, np.inf)
    return hit, np.array([0.75, 0.65, 1.0])[near.argmax(axis=0)]


def _cast_round(start: np.ndarray, rays: np.ndarray, half: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearer meeting of rays with a unit sphere; lit from above."""
    a, b, c = (rays**2).sum(axis=0), (start * rays).sum(axis=0), (start**2).sum(axis=0) - 1.0
    under = b**2 - a * c
    hit = np.where(under > 0, (-b - np.sqrt(np.maximum(under, 0.0))) / a, np.inf)
    normal = (start + np.where(np.isfinite(hit), hit, 0.0) * rays) / half
    up = normal[2] / np.linalg.norm(normal, axis=0)
    return hit, 0.45 + 0.55 * np.maximum(up, 0.0)


def egg(x: float, y: float, rgb: tuple[int, int, int], width: float = 0.044, bottom: float = 0.0) -> Egg:
    height = width * 0.056 / 0.044
    return Egg((x, y, bottom + height / 2), (width, width, height), 0.0, rgb)


def cube(x: float, y: float, yaw: float, rgb: tuple[int, int, int], bottom: float = 0.0) -> Block:
    return Block((x, y, bottom + 0.02), (0.04, 0.04, 0.04), yaw, rgb)


def open_bin(x: float, y: float, yaw: float, rgb: tuple[int, int, int]) -> list[Block]:
    return prop("bin", x, y, yaw, rgb)


def tray(x: float, y: float, yaw: float, rgb: tuple[int, int, int], bottom: float = 0.0) -> list[Block]:
    return prop("tray", x, y, yaw, rgb, bottom)


def prop(category: str, x: float, y: float, yaw: float, rgb: tuple[int, int, int], bottom: float = 0.0) -> list[Block]:
    size = default_size(category)
    place = Pose.from_xyz_rpy((x, y, bottom + size[2] / 2), (0.0, 0.0, yaw))
    poses = [(place @ pose, extents) for pose, extents in primitives(category, size)]
    return [Block(pose.position, extents, pose.yaw, rgb, quaternion=pose.quaternion) for pose, extents in poses]
