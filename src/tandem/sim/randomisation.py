"""What differs from one episode to the next beyond the scene: light, colours, camera mounting, noise, friction, mass, delays."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from tandem.cell import description, names
from tandem.cell.pose import Pose
from tandem.sim.scenes import SceneSpec

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Shift:
    """Of an optical frame: along its axes [m], and a rotation vector about them [rad]."""

    offset: Triple = (0.0, 0.0, 0.0)
    rotation: Triple = (0.0, 0.0, 0.0)

    @property
    def pose(self) -> Pose:
        """The shifted frame in the one before."""
        x, y, z, w = (float(value) for value in Rotation.from_rotvec(self.rotation).as_quat())
        return Pose(self.offset, (x, y, z, w))


@dataclass(frozen=True)
class CameraError:
    """How a camera differs from the description.

    Attributes:
        mount: how it is mounted otherwise, as the cell knows from its calibration.
        error: what the calibration got wrong on top of that.
        gain: factors on red, green and blue.
    """

    mount: Shift = field(default_factory=Shift)
    error: Shift = field(default_factory=Shift)
    gain: Triple = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Randomisation:
    """Of one episode. The default changes nothing.

    Attributes:
        seed: of patterns and noise.
        brightness: factor on the lamps' light; ``ambient`` on the light from all around.
        lamp_colour: factors on the lamps' red, green and blue.
        lamp: offset of the main lamp, x and y [m], added to the scene's.
        tints: factors on the colours of objects by name, on top of the scene's.
        masses: factors on the masses of objects by name.
        table: factors on the table's colour; ``pattern`` is the contrast of the clouds on it.
        friction, pad_friction: factors, of objects and table, and of the fingers' pads.
        cameras: how they differ, by name.
        colour_noise: standard deviation of every pixel's colours, of 255.
        depth_noise: likewise of its depth [m].
        perception_s, inference_s: delays as in ``CellTiming``, None for its own.
    """

    seed: int = 0
    brightness: float = 1.0
    ambient: float = 1.0
    lamp_colour: Triple = (1.0, 1.0, 1.0)
    lamp: tuple[float, float] = (0.0, 0.0)
    tints: dict[str, Triple] = field(default_factory=dict)
    masses: dict[str, float] = field(default_factory=dict)
    table: Triple = (1.0, 1.0, 1.0)
    pattern: float = 0.0
    friction: float = 1.0
    pad_friction: float = 1.0
    cameras: dict[str, CameraError] = field(default_factory=dict)
    colour_noise: float = 0.0
    depth_noise: float = 0.0
    perception_s: float | None = None
    inference_s: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain data, rounded: what an episode's line or row tells."""
        return {key: _rounded(value) for key, value in asdict(self).items()}


NONE = Randomisation()


def draw(scene: SceneSpec, ranges: dict[str, Any] | None = None) -> Randomisation:
    """The randomisation of a scene; the same for the same seed.

    Args:
        scene: for which it is.
        ranges: as config/randomisation.yaml, which is the default.
    """
    told = description.settings("randomisation.yaml") if ranges is None else ranges
    rng = np.random.default_rng([scene.seed, *b"randomisation"])
    light, table, images = told["light"], told["table"], told["images"]
    warmth = rng.uniform(-1.0, 1.0) * float(light["warmth"])
    shade = rng.uniform(*table["brightness"])
    return Randomisation(
        seed=int(rng.integers(2**31)),
        brightness=float(rng.uniform(*light["brightness"])),
        ambient=float(rng.uniform(*light["ambient"])),
        lamp_colour=(float(1.0 + warmth / 2), 1.0, float(1.0 - warmth / 2)),
        lamp=_pair(rng.uniform(-1.0, 1.0, 2) * float(light["lamp"])),
        tints={item.name: _around_one(rng, told["objects"]["tint"]) for item in scene.objects},
        masses={item.name: float(rng.uniform(*told["objects"]["mass"])) for item in scene.objects},
        table=_triple(shade * np.array(_around_one(rng, table["tint"]))),
        pattern=float(rng.uniform(*table["pattern"])),
        friction=float(rng.uniform(*told["friction"])),
        pad_friction=float(rng.uniform(*told["pad_friction"])),
        cameras={name: _camera(rng, told["cameras"][name], float(images["gain"])) for name in names.CAMERAS},
        colour_noise=float(rng.uniform(*images["colour_noise"])),
        depth_noise=float(rng.uniform(*images["depth_noise"])),
        perception_s=float(rng.uniform(*told["timing"]["perception_s"])),
        inference_s=float(rng.uniform(*told["timing"]["inference_s"])),
    )


def _camera(rng: np.random.Generator, ranges: dict[str, Any], gain: float) -> CameraError:
    return CameraError(_shift(rng, ranges["mount"]), _shift(rng, ranges["error"]), _around_one(rng, gain))


def _shift(rng: np.random.Generator, ranges: dict[str, Any]) -> Shift:
    offset = rng.uniform(-1.0, 1.0, 3) * float(ranges["position"])
    rotation = np.radians(rng.uniform(-1.0, 1.0, 3) * float(ranges["rotation_deg"]))
    return Shift(_triple(offset), _triple(rotation))


def _around_one(rng: np.random.Generator, spread: float) -> Triple:
    return _triple(1.0 + rng.uniform(-1.0, 1.0, 3) * float(spread))


def _triple(values: Any) -> Triple:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _pair(values: Any) -> tuple[float, float]:
    x, y = (float(value) for value in values)
    return x, y


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 5)
    if isinstance(value, dict):
        return {key: _rounded(entry) for key, entry in value.items()}
    return [_rounded(entry) for entry in value] if isinstance(value, (list, tuple)) else value
