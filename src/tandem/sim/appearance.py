"""Gives a compiled model the light, colours, cameras, friction and masses of an episode, and takes them back."""

from collections.abc import Sequence

import mujoco
import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.sim.model import LAMP, TABLE, CellModel
from tandem.sim.randomisation import CameraError, Randomisation
from tandem.sim.scenes import Look

Array = NDArray[np.float64]


class Appearance:
    """Remembers a model as it was built."""

    def __init__(self, cell: CellModel) -> None:
        self._cell = cell
        model = cell.model
        self._rgba = model.mat_rgba.copy()
        self._lamp = np.array(model.light(LAMP).pos[:2])
        self._diffuse = model.light_diffuse.copy()
        self._ambient = np.array(model.vis.headlight.ambient)
        self._friction = model.geom_friction.copy()
        self._mass, self._inertia = model.body_mass.copy(), model.body_inertia.copy()
        self._camera_pos, self._camera_quat = model.cam_pos.copy(), model.cam_quat.copy()
        self._pads = np.array(["_pad_" in model.geom(index).name for index in range(model.ngeom)])
        self._materials = {name: _own(name, [model.material(i).name for i in range(model.nmat)]) for name in cell.objects}
        self._bodies = {name: _own(name, [model.body(i).name for i in range(model.nbody)]) for name in cell.objects}
        self._heavier = False

    def dress(self, data: mujoco.MjData, look: Look, drawn: Randomisation) -> bool:
        """Set everything for an episode, before the state is set; tells whether the table's picture must be sent again."""
        self._paint(look, drawn)
        self._light(look, drawn)
        self._mount_cameras(drawn)
        self._rub(drawn)
        self._weigh(data, drawn)
        return self._pattern(drawn)

    def _paint(self, look: Look, drawn: Randomisation) -> None:
        model = self._cell.model
        model.mat_rgba[:] = self._rgba
        for name in self._cell.objects:
            tint = np.array(look.tints.get(name, (1.0, 1.0, 1.0))) * drawn.tints.get(name, (1.0, 1.0, 1.0))
            mine = self._materials[name]
            model.mat_rgba[mine, :3] = np.clip(self._rgba[mine, :3] * tint, 0.0, 1.0)
        table = model.material(TABLE)
        table.rgba[:3] = np.clip(self._rgba[table.id, :3] * np.array(drawn.table), 0.0, 1.0)

    def _light(self, look: Look, drawn: Randomisation) -> None:
        model = self._cell.model
        model.light_diffuse[:] = self._diffuse * drawn.brightness * np.array(drawn.lamp_colour)
        lamp = model.light(LAMP)
        lamp.pos[:2] = self._lamp + look.lamp + drawn.lamp
        lamp.diffuse[:] *= look.light
        model.vis.headlight.ambient[:] = self._ambient * drawn.ambient

    def _mount_cameras(self, drawn: Randomisation) -> None:
        model = self._cell.model
        for name in names.CAMERAS:
            error = drawn.cameras.get(name, CameraError())
            index = model.camera(name).id
            there = error.mount.pose @ error.error.pose
            x, y, z, w = there.quaternion
            model.cam_pos[index] = self._camera_pos[index] + there.position
            mujoco.mju_mulQuat(model.cam_quat[index], np.array([w, x, y, z]), self._camera_quat[index])

    def _rub(self, drawn: Randomisation) -> None:
        factors = np.where(self._pads, drawn.pad_friction, drawn.friction)
        self._cell.model.geom_friction[:] = self._friction * factors[:, None]

    def _weigh(self, data: mujoco.MjData, drawn: Randomisation) -> None:
        if not drawn.masses and not self._heavier:
            return
        model = self._cell.model
        for name in self._cell.objects:
            mine, factor = self._bodies[name], drawn.masses.get(name, 1.0)
            model.body_mass[mine] = self._mass[mine] * factor
            model.body_inertia[mine] = self._inertia[mine] * factor
        mujoco.mj_setConst(model, data)
        self._heavier = bool(drawn.masses)

    def _pattern(self, drawn: Randomisation) -> bool:
        model = self._cell.model
        texture = model.texture(TABLE)
        height, width = int(texture.height[0]), int(texture.width[0])
        start = int(texture.adr[0])
        pixels = model.tex_data[start : start + height * width * 3].reshape(height, width, 3)
        wanted = np.full((height, width, 1), 255, np.uint8)
        if drawn.pattern > 0.0:
            wanted = (255 * (1.0 - drawn.pattern * clouds(drawn.seed, height, width)))[..., None].astype(np.uint8)
        changed = not np.array_equal(pixels, np.broadcast_to(wanted, pixels.shape))
        pixels[:] = wanted
        return changed


def _own(name: str, everything: Sequence[str]) -> NDArray[np.intp]:
    """Indices of what belongs to an object: what has its name, and what it is made of, as ``box/knob``."""
    return np.array([index for index, other in enumerate(everything) if other == name or other.startswith(f"{name}/")], np.intp)


def clouds(seed: int, height: int, width: int) -> Array:
    """A cloudy pattern from 0 to 1, coarse and fine, shape (height, width)."""
    rng = np.random.default_rng(seed)
    rows, columns = np.linspace(0, 1, height), np.linspace(0, 1, width)
    total = np.zeros((height, width))
    for cells in (3, 7, 17):
        grid = rng.uniform(0.0, 1.0, (cells + 1, cells + 1))
        across = np.array([np.interp(columns * cells, np.arange(cells + 1), row) for row in grid])
        down = np.array([np.interp(rows * cells, np.arange(cells + 1), column) for column in across.T]).T
        total += down / 3.0
    return np.clip((total - 0.2) / 0.6, 0.0, 1.0)
