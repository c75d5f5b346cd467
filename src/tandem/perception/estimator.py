"""Images and joint states to a Scene."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell import names, relations
from tandem.cell.names import Side
from tandem.cell.observation import CameraFrame
from tandem.cell.robot import RobotModel
from tandem.cell.scene import HeldBy, Scene, SceneObject
from tandem.perception.busybox.closer import look_closer, within
from tandem.perception.busybox.finder import inside_box
from tandem.perception.busybox.memory import BoxMemory
from tandem.perception.busybox.network import CellNetwork
from tandem.perception.busybox.objects import objects_of
from tandem.perception.busybox.outline import covers
from tandem.perception.busybox.watch import watch
from tandem.perception.faces import find_faces
from tandem.perception.follow import Image, find_hidden, follow
from tandem.perception.grasp import Hand, carry, pose_in_left_or_only_tcp, update_grasps
from tandem.perception.joint_history import JointHistory
from tandem.perception.newcomers import Candidate, admit
from tandem.perception.open_vocabulary.finder import Finder
from tandem.perception.open_vocabulary.naming import name_things
from tandem.perception.self_filter import SelfFilter
from tandem.perception.settings import PerceptionSettings, perception_settings
from tandem.perception.shapes import detect
from tandem.perception.track import Track
from tandem.perception.view import Mask, View, look

Array = NDArray[np.float64]

OVERHEAD = "overhead_camera"
"""The camera that finds and follows objects; the others only look for what is hidden from it, or small."""


class SceneEstimator:
    """Follows the objects of the cell over images and joint states. For one thread.

    Images are older than joint states: the estimator remembers joint states and uses those of an image's own time to find the
    robot in it. Give it every joint state there is (`observe_joints`, cheap), or at least one with every image (`update`).

    Args:
        settings: of perception; those of the configuration by default.
        finder: finds things by their names, beside those that are told by their shape.
    """

    def __init__(self, settings: PerceptionSettings | None = None, finder: Finder | None = None) -> None:
        cv2.setNumThreads(1)  # threads that wait for one another cost far more than they gain on a busy machine
        self._settings = settings or perception_settings()
        self._finder = finder
        self._robot = RobotModel()
        self._self_filter = SelfFilter(self._robot, self._settings.self_filter.inflation)
        self._cells = CellNetwork()
        self.reset()

    def reset(self) -> None:
        """Forget everything that was seen."""
        self._history = JointHistory(self._settings.history_s)
        self._tracks: list[Track] = []
        self._box: BoxMemory | None = None
        self._candidates: list[Candidate] = []
        self._newest_image: dict[str, float] = {}
        self._scene = Scene()
        if self._finder is not None:
            self._finder.forget()

    @property
    def scene(self) -> Scene:
        """The newest scene."""
        return self._scene

    def observe_joints(self, positions: Array, velocities: Array, stamp: float) -> None:
        """Remember a joint state: shape (14,) each [rad, rad/s; m, m/s for grippers], at ``stamp`` [s]."""
        self._history.add(stamp, positions, velocities)

    def update(
        self,
        frames: Sequence[CameraFrame],
        positions: Array,
        velocities: Array,
        stamp: float,
        tactile: Mapping[str, Array] | None = None,
    ) -> Scene:
        """The scene at ``stamp``, from new images (possibly none) and the newest joint state.

        Args:
            frames: new images; ones that were seen before, or are older than the one before of the same camera, are left out.
            positions: newest joints, shape (14,) [rad; m].
            velocities: shape (14,) [rad/s; m/s].
            stamp: of the joints [s]. If it lies before the one given last, time was reset and everything is forgotten.
            tactile: pressure and shear on the finger pads by side, as in ``Observation``; helps to tell what is held.

        Raises:
            ValueError: the joints are not finite or not 14.
        """
        if positions.shape != (names.DOF,) or not np.all(np.isfinite(positions)):
            raise ValueError(f"joint positions have shape {positions.shape} or are not finite; expected ({names.DOF},)")
        if stamp < self._scene.stamp - self._settings.history_s:
            self.reset()
        self._history.add(stamp, positions, velocities)
        hands = self._hands(positions, velocities, tactile or {})
        before = self._tracks
        self._tracks = _ride(before, update_grasps(before, hands, self._settings.holding), self._scene)
        for frame in self._new_frames(frames):
            self._newest_image[frame.camera] = frame.stamp
            self._take_in(frame)
        self._tracks = carry(self._tracks, hands)
        self._scene = _scene(self._tracks, hands, self._box, stamp)
        return self._scene

    def closer(self, positions: Array, velocities: Array) -> tuple[str, ...]:
        """Cameras on wrists that see something small from nearby now: an image of theirs is worth its time.

        Args:
            positions: newest joints, shape (14,) [rad; m].
            velocities: shape (14,) [rad/s; m/s].
        """
        if not self._is_still(velocities):
            return ()
        return tuple(camera for camera in names.WRIST_CAMERA.values() if self._close_by(camera, positions))

    def _hands(self, positions: Array, velocities: Array, tactile: Mapping[str, Array]) -> list[Hand]:
        hands = []
        for side in names.SIDES:
            column = names.GRIPPER_COLUMN[side]
            pressed = tactile.get(side)
            touch = float(np.min(np.sum(pressed[..., 0], axis=(1, 2)))) if pressed is not None else None
            tcp = self._robot.tcp_pose(positions, side)
            hands.append(Hand(side, tcp, float(positions[column]), float(velocities[column]), touch))
        return hands

    def _new_frames(self, frames: Sequence[CameraFrame]) -> list[CameraFrame]:
        """Images that weren't seen before, oldest first; of those of one time the overhead camera's first."""
        fresh = [frame for frame in frames if frame.stamp > self._newest_image.get(frame.camera, -np.inf)]
        return sorted(fresh, key=lambda frame: (frame.stamp, frame.camera != OVERHEAD))

    def _take_in(self, frame: CameraFrame) -> None:
        """Find and follow objects in an image, with the robot and what it holds where they were at its time."""
        settings, first = self._settings, not self._tracks and not self._candidates
        positions, velocities = self._history.at(frame.stamp)
        then = carry(self._tracks, self._hands(positions, velocities, {}))
        if frame.camera == OVERHEAD:
            image = self._image(frame, positions)
            tracks, rest = follow(_beside(then, self._box), image, settings)
            self._tracks, self._candidates = admit(tracks, self._candidates, rest, frame.stamp, settings, at_once=first)
            if self._finder is not None:
                self._tracks = _named(self._tracks, self._finder, image, settings)
            return
        if not self._is_still(velocities):
            return
        if any(not track.visible and not track.grasps for track in then):
            self._tracks = find_hidden(then, self._image(frame, positions), settings)
        if self._box is not None and (plugs := self._close_by(frame.camera, positions)):
            view = look(frame, settings.depth.table_band, level=False)
            self._box = look_closer(self._box, view, self._self_filter.mask(view, positions), plugs)

    def _close_by(self, camera: str, positions: Array) -> tuple[str, ...]:
        """Loose plugs that a camera on a wrist sees from nearby."""
        if self._box is None or not self._box.loose:
            return ()
        side = next(side for side in names.SIDES if names.WRIST_CAMERA[side] == camera)
        return within(self._box, self._robot.tcp_pose(positions, side))

    def _image(self, frame: CameraFrame, positions: Array) -> Image:
        view = look(frame, self._settings.depth.table_band, level=frame.camera == OVERHEAD)
        robot = self._self_filter.mask(view, positions)
        if frame.camera == OVERHEAD:
            self._box = watch(self._box, view, robot, self._cells, self._settings)
        hidden = _with_the_box(robot, view, self._box, self._settings)
        faces = find_faces(view, hidden, self._settings)
        return Image(view, hidden, faces, detect(view, hidden, faces, self._settings))

    def _is_still(self, velocities: Array) -> bool:
        """Whether the arms are so slow that a camera on a wrist is where its pose says."""
        arms = np.concatenate([velocities[names.ARM_COLUMNS[side]] for side in names.SIDES])
        return bool(np.abs(arms).max() < self._settings.tracking.still)


def _named(tracks: list[Track], finder: Finder, image: Image, settings: PerceptionSettings) -> list[Track]:
    """The objects with what a finder found, in this image or in an older one."""
    finder.look(image)
    finding = finder.take()
    return tracks if finding is None else name_things(tracks, finding, image, settings)


def _with_the_box(robot: Mask, view: View, box: BoxMemory | None, settings: PerceptionSettings) -> Mask:
    """Pixels in which no other objects are looked for: the robot, and the box with all that is on it."""
    if box is None:
        return robot
    return robot | inside_box(view, box.place.placement, box.place.top, settings.busybox.margin)


def _beside(tracks: list[Track], box: BoxMemory | None) -> list[Track]:
    """The objects that aren't where the box is now, unless a hand holds them."""
    if box is None:
        return tracks
    return [track for track in tracks if track.grasps or not _is_in_the_box(track, box)]


def _is_in_the_box(track: Track, box: BoxMemory) -> bool:
    x, y, z = track.pose.position
    local = box.place.placement.to_local(np.array([[x, y]]))
    return bool(covers(local)[0]) and z < box.place.top + 0.08


def _ride(before: Sequence[Track], after: Sequence[Track], scene: Scene) -> list[Track]:
    """What stands on or in a held object goes with it."""
    old = {track.name: track for track in before}
    new = {track.name: track for track in after}
    moved = []
    for track in after:
        item = scene.get(track.name)
        carrier = new.get(item.on) or new.get(item.inside) if item is not None else None
        if carrier is None or not carrier.grasps or track.grasps:
            moved.append(track)
            continue
        step = carrier.pose @ old[carrier.name].pose.inverse
        moved.append(replace(track, pose=step @ track.pose, window=()))
    return moved


def _scene(tracks: Sequence[Track], hands: Sequence[Hand], box: BoxMemory | None, stamp: float) -> Scene:
    items = [_scene_object(track, hands) for track in tracks]
    placed = [_with_relations(item, items) for item in items]
    if box is not None:
        placed += objects_of(box)
    return Scene(stamp, tuple(sorted(placed, key=lambda item: item.name)))


def _scene_object(track: Track, hands: Sequence[Hand]) -> SceneObject:
    sides: list[Side] = [grasp.side for grasp in track.grasps]
    held: HeldBy = "" if not sides else sides[0] if len(sides) == 1 else "both"
    return SceneObject(
        track.name,
        track.category,
        track.colour,
        track.pose,
        track.size,
        track.confidence,
        held,
        pose_in_left_or_only_tcp(track, hands),
        visible=track.visible,
        last_seen=track.last_seen,
    )


def _with_relations(item: SceneObject, items: Sequence[SceneObject]) -> SceneObject:
    """With what it lies in and what it rests on."""
    if item.held_by:
        return item
    others = [other for other in items if other.name != item.name]
    plugged = next((other.name for other in others if relations.is_plugged(item, other)), "")
    if plugged:
        return replace(item, inside=plugged, on=plugged)
    inside = [other for other in others if other.category in relations.CONTAINERS and relations.is_inside(item, other)]
    under = [other for other in others if other.category not in relations.CONTAINERS and relations.rests_on(item, other)]
    container = min(inside, key=lambda other: other.size[0] * other.size[1]).name if inside else ""
    if under:
        support = max(under, key=lambda other: other.pose.position[2]).name
    elif container:
        support = container
    else:
        support = relations.TABLE if relations.relation_holds("on", item, None) else ""
    return replace(item, inside=container, on=support)
