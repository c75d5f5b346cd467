"""Colour and depth images of the simulated cameras, both from one drawing."""

import weakref
from dataclasses import dataclass
from typing import Any, Literal

import mujoco
import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.observation import CameraFrame
from tandem.cell.pose import Pose
from tandem.sim.graphics import offscreen_context
from tandem.sim.robot_body import LOOKS_GROUP

Quality = Literal["fast", "fine"]


def intrinsics(camera: str) -> NDArray[np.float64]:
    """Pinhole matrix of a camera of config/cameras.yaml, shape (3, 3) [px]; the centre of the first pixel is (0, 0)."""
    settings = description.settings("cameras.yaml")[camera]
    return pinhole(int(settings["width"]), int(settings["height"]), float(settings["fovy"]))


def pinhole(width: int, height: int, fovy_deg: float) -> NDArray[np.float64]:
    """Matrix K of an ideal camera with square pixels; the centre of the first pixel is (0, 0), as OpenCV counts."""
    focal = height / 2 / np.tan(np.radians(fovy_deg) / 2)
    return np.array([[focal, 0.0, (width - 1) / 2], [0.0, focal, (height - 1) / 2], [0.0, 0.0, 1.0]])


@dataclass(frozen=True)
class Image:
    """rgb, shape (height, width, 3), and depth along the optical axis [m], shape (height, width)."""

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]


class CellRenderer:
    """Draws one model. It belongs to the thread that made it.

    ``fast`` leaves out shadows, antialiasing, and the room around the table: a third of the time.
    """

    def __init__(self, model: mujoco.MjModel, quality: Quality = "fast") -> None:
        self._model = model
        self._scene = mujoco.MjvScene(model, maxgeom=1000)
        self._option = mujoco.MjvOption()
        fine = quality == "fine"
        samples = int(model.vis.quality.offsamples)
        model.vis.quality.offsamples = 4 if fine else 0
        self._gl = offscreen_context(int(model.vis.global_.offwidth), int(model.vis.global_.offheight))
        self._gl.make_current()
        self._context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100.value)
        self._release = weakref.finalize(self, _release, self._gl, self._context)
        self._release.atexit = False
        model.vis.quality.offsamples = samples
        if not fine:
            mujoco.mjr_resizeOffscreen(*_largest_image(), self._context)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN.value, self._context)
        self._context.readDepthMap = mujoco.mjtDepthMap.mjDEPTH_ZEROFAR
        self._option.geomgroup[LOOKS_GROUP] = fine
        flags = mujoco.mjtRndFlag
        for flag in (flags.mjRND_SHADOW, flags.mjRND_REFLECTION, flags.mjRND_SKYBOX, flags.mjRND_HAZE):
            self._scene.flags[flag] = fine

    def draw(self, data: mujoco.MjData, camera: str, width: int, height: int) -> Image:
        """An image of a camera of the model, at the joints' present positions."""
        rgb = np.empty((height, width, 3), np.uint8)
        inverse_depth = np.empty((height, width), np.float32)
        area = self._prepare(data, camera, width, height)
        mujoco.mjr_render(area, self._scene, self._context)
        mujoco.mjr_readPixels(rgb, inverse_depth, area, self._context)
        return Image(np.ascontiguousarray(rgb[::-1]), self._metres(inverse_depth[::-1]))

    def draw_colour(self, data: mujoco.MjData, camera: str, width: int, height: int) -> NDArray[np.uint8]:
        """Likewise, without the depth, shape (height, width, 3)."""
        rgb = np.empty((height, width, 3), np.uint8)
        area = self._prepare(data, camera, width, height)
        mujoco.mjr_render(area, self._scene, self._context)
        mujoco.mjr_readPixels(rgb, None, area, self._context)
        return np.ascontiguousarray(rgb[::-1])

    def _prepare(self, data: mujoco.MjData, camera: str, width: int, height: int) -> mujoco.MjrRect:
        mujoco.mj_kinematics(self._model, data)  # a step leaves the bodies where they were before it
        mujoco.mj_camlight(self._model, data)
        viewpoint = mujoco.MjvCamera()
        viewpoint.type, viewpoint.fixedcamid = mujoco.mjtCamera.mjCAMERA_FIXED, self._model.camera(camera).id
        everything = mujoco.mjtCatBit.mjCAT_ALL.value
        mujoco.mjv_updateScene(self._model, data, self._option, None, viewpoint, everything, self._scene)
        area = mujoco.MjrRect(0, 0, width, height)
        self._gl.make_current()
        return area

    def send_texture(self, name: str) -> None:
        """Take up a texture of the model that was changed."""
        self._gl.make_current()
        mujoco.mjr_uploadTexture(self._model, self._context, self._model.texture(name).id)

    def mount_of(self, camera: str) -> int:
        """Index of the body that is a camera's optical frame."""
        return int(self._model.body(names.optical_frame(camera)).id)

    def close(self) -> None:
        """Give the graphics memory back; what is dropped without this does so by itself."""
        self._release()

    def _metres(self, buffer: NDArray[np.float32]) -> NDArray[np.float32]:
        """Undo OpenGL's projection with a reversed depth range: the buffer is 1 at the near plane, 0 at the far one."""
        near = float(self._model.vis.map.znear * self._model.stat.extent)
        far = float(self._model.vis.map.zfar * self._model.stat.extent)
        scale = np.float32(near * far / (far - near))
        return scale / (buffer + np.float32(near / (far - near)))


def _release(gl: Any, context: mujoco.MjrContext) -> None:
    """Free a context's memory with that context current: with another one current, MuJoCo would free that one's."""
    gl.make_current()
    context.free()
    gl.free()


def _largest_image() -> tuple[int, int]:
    """Width and height that hold every policy camera's image [px]."""
    cameras = description.settings("cameras.yaml").values()
    return max(int(camera["width"]) for camera in cameras), max(int(camera["height"]) for camera in cameras)


def camera_frame(renderer: CellRenderer, data: mujoco.MjData, camera: str, mount: Pose) -> CameraFrame:
    """What a camera of config/cameras.yaml sees; depth is 0 outside its range.

    Args:
        renderer: of the model.
        data: its state.
        camera: its name.
        mount: of its optical frame in the described one, as the cell believes: the frame's pose goes by that.
    """
    settings = description.settings("cameras.yaml")[camera]
    image = renderer.draw(data, camera, int(settings["width"]), int(settings["height"]))
    depth = image.depth
    depth[(depth < float(settings["near"])) | (depth > float(settings["far"]))] = 0.0
    seen_from = np.eye(4)
    body = renderer.mount_of(camera)
    seen_from[:3, :3] = data.xmat[body].reshape(3, 3)
    seen_from[:3, 3] = data.xpos[body]
    return CameraFrame(camera, float(data.time), image.rgb, depth, intrinsics(camera), Pose.from_matrix(seen_from) @ mount)
