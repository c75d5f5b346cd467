"""The perception node: RGB-D images and joint states in, the scene out."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
from sensor_msgs.msg import CameraInfo, Image, JointState
from tandem_cell.msg import Scene as SceneMsg

from tandem.cell import names
from tandem.cell.observation import CameraFrame
from tandem.cell.scene import Scene
from tandem.nodes import conversions, qos
from tandem.nodes.camera_mounts import CameraMounts
from tandem.nodes.cell_node import CellNode, ConfigurationError, DiagnosticStatus, Parameter, run
from tandem.nodes.frame_sync import FrameParts
from tandem.nodes.joint_buffer import Array, JointBuffer
from tandem.perception.estimator import SceneEstimator
from tandem.perception.open_vocabulary.choice import FinderSettings, make_finder
from tandem.perception.open_vocabulary.finder import Finder
from tandem.perception.open_vocabulary.models import ModelError

BLIND_S = 0.1
"""A cell without cameras says so often what there is: nothing, but for what its joints tell [s]."""


class Perception(CellNode):
    """Pairs images with the joint states of their time and runs the estimator in a thread of its own."""

    PARAMETERS = (
        Parameter("cameras", ["overhead_camera"], "Cameras that are looked through; [''] where there are none."),
        Parameter(
            "close_cameras",
            list(names.WRIST_CAMERA.values()),
            "Cameras on wrists that are looked through while something small is near; [''] for none.",
        ),
        Parameter("silence", 2.0, "Report an error when no image came for so long [s].", 0.1, 60.0, fixed=False),
        Parameter("detector", "", "Finds what 'phrases' say: folder or hub name of OWLv2 or Grounding DINO; empty for none."),
        Parameter("segmenter", "", "Tells a thing from its surroundings: folder or hub name of SAM; empty to go by depth."),
        Parameter("phrases", [""], "What the detector looks for, such as screwdriver or coffee mug."),
        Parameter("detector_threshold", 0.2, "What the detector is less sure of is left out.", 0.0, 1.0),
        Parameter(
            "detector_period", 1.0, "Least time from one image that the detector looks at to the next one [s].", 0.0, 600.0
        ),
        Parameter("detector_device", "", "Where its models run, such as cuda:0 or cpu; empty for a GPU where there is one."),
        Parameter("detector_threads", 1, "Threads that its models may use on a CPU.", 1, 64),
    )

    def configure(self) -> None:
        """Loads the estimator, and the models where there are any, and connects."""
        cameras = _cameras(self.value("cameras"), names.CAMERAS)
        close = [camera for camera in _cameras(self.value("close_cameras"), tuple(names.WRIST_CAMERA.values())) if cameras]
        self._finder = self._make_finder()
        self._estimator = SceneEstimator(finder=self._finder)
        self._mounts = CameraMounts(self)
        self._joints = JointBuffer()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="perception")
        self.at_cleanup(self._worker.shutdown, wait=False, cancel_futures=True)
        self._busy: Future[Scene] | None = None
        self._heard_at = self.now_s()
        self._objects = 0
        self._seen = False
        self._thought_until = -1.0
        self._scenes = self.create_publisher(SceneMsg, "scene", qos.STATE)
        self.create_subscription(JointState, "joint_states", self._joints.add, qos.SENSOR)
        self._parts = {camera: FrameParts() for camera in cameras}
        self._close = {camera: FrameParts() for camera in close if camera not in cameras}
        for camera, parts in (self._parts | self._close).items():
            self.create_subscription(Image, f"{camera}/color/image_raw", parts.set_colour, qos.SENSOR)
            self.create_subscription(Image, f"{camera}/depth/image_raw", parts.set_depth, qos.SENSOR)
            self.create_subscription(CameraInfo, f"{camera}/camera_info", parts.set_info, qos.SENSOR)
        self.every(0.02, self._tick)

    def waits_for(self) -> dict[str, bool]:
        """A first look at the table."""
        return {"images and joint states": self._seen}

    def status(self) -> tuple[bytes, str, dict[str, Any]]:
        """For /diagnostics."""
        if not self.active:
            return DiagnosticStatus.WARN, "not active", {}
        if not self._parts:
            return DiagnosticStatus.WARN, "no cameras: nothing is seen", {"objects": 0}
        silence = self.now_s() - self._heard_at
        if silence > self.value("silence"):
            return DiagnosticStatus.ERROR, f"no complete RGB-D image for {silence:.1f} s", {"objects": self._objects}
        values: dict[str, Any] = {"objects": self._objects}
        if self._finder is not None and (looked := self._finder.newest) is not None:
            values |= {"detector looked at": f"{looked.stamp:.2f}", "detector took [s]": f"{looked.took:.2f}"}
            if looked.error:
                return DiagnosticStatus.WARN, f"{self._objects} objects; the detector fails: {looked.error}", values
        return DiagnosticStatus.OK, f"{self._objects} objects", values

    def _make_finder(self) -> Finder | None:
        wanted = FinderSettings(
            detector=self.value("detector"),
            segmenter=self.value("segmenter"),
            phrases=self.value("phrases"),
            threshold=self.value("detector_threshold"),
            period=self.value("detector_period"),
            device=self.value("detector_device"),
            threads=int(self.value("detector_threads")),
        )
        try:
            return make_finder(wanted, background=True)
        except (ValueError, ModelError) as error:
            raise ConfigurationError(str(error)) from error

    def _tick(self) -> None:
        if self._busy is not None:
            if not self._busy.done():
                return
            self._finish(self._busy)
        frames = [frame for camera, parts in self._parts.items() if (frame := self._frame(camera, parts)) is not None]
        newest = self._joints.newest
        if newest is None or newest[0] == self._thought_until:
            return
        if not frames and (self._parts or newest[0] < self._thought_until + BLIND_S):
            return
        closer = self._estimator.closer(*newest[1:])
        frames += [frame for camera in closer if camera in self._close and (frame := self._frame(camera, self._close[camera]))]
        self._heard_at = self.now_s()
        self._busy = self._worker.submit(self._think, frames, self._joints.since(self._thought_until))
        self._thought_until = newest[0]

    def _think(self, frames: list[CameraFrame], states: list[tuple[float, Array, Array]]) -> Scene:
        """In the worker: the estimator belongs to that thread."""
        for stamp, positions, velocities in states:
            self._estimator.observe_joints(positions, velocities, stamp)
        stamp, positions, velocities = states[-1]
        return self._estimator.update(frames, positions, velocities, stamp)

    def _finish(self, work: Future[Scene]) -> None:
        self._busy = None
        error = work.exception()
        if error is not None:
            self.get_logger().error(f"an image could not be understood: {error!r}", throttle_duration_sec=2.0)
            return
        scene = work.result()
        self._seen = True
        self._objects = len(scene.objects)
        self._scenes.publish(conversions.to_scene(scene))

    def _frame(self, camera: str, parts: FrameParts) -> CameraFrame | None:
        taken = parts.take()
        if taken is None:
            return None
        colour, depth, info = taken
        stamp = conversions.to_seconds(colour.header.stamp)
        positions = self._joints.positions_at(stamp)
        if positions is None:
            return None
        return CameraFrame(
            camera=camera,
            stamp=stamp,
            rgb=np.asarray(conversions.from_image(colour, "rgb8"), dtype=np.uint8),
            depth=np.asarray(conversions.from_image(depth, "32FC1"), dtype=np.float32),
            intrinsics=np.array(info.k, dtype=float).reshape(3, 3),
            pose=self._mounts.pose(camera, positions),
        )


def _cameras(wanted: list[str], known: tuple[str, ...]) -> list[str]:
    cameras = [camera for camera in wanted if camera]
    if unknown := sorted(set(cameras) - set(known)):
        raise ConfigurationError(f"no camera named {' or '.join(unknown)}; there are {', '.join(known)}")
    return cameras


def main() -> int:
    """Run the node."""
    return run(lambda: Perception("perception"))


if __name__ == "__main__":
    raise SystemExit(main())
