"""Between ROS messages and the library's data. cv_bridge and tf_transformations are used where they are installed."""

import array
from collections.abc import Iterable, Sequence

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Quaternion, Vector3, WrenchStamped
from geometry_msgs.msg import Pose as PoseMsg
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image
from std_msgs.msg import Header
from tandem_cell.msg import ActionChunk as ActionChunkMsg
from tandem_cell.msg import ContactPair as ContactPairMsg
from tandem_cell.msg import PlanStep as PlanStepMsg
from tandem_cell.msg import Scene as SceneMsg
from tandem_cell.msg import SceneObject as SceneObjectMsg
from tandem_cell.msg import TactileImage
from tandem_cell.msg import Verdict as VerdictMsg
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from tandem.cell import names
from tandem.cell.chunk import ActionChunk, ContactPair, Outcome, Verdict
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.trajectory import Trajectory

try:
    from cv_bridge import CvBridge

    _bridge = CvBridge()
except ImportError:  # the embedded set-up has no cv_bridge
    _bridge = None

Array = NDArray[np.float64]

_ENCODINGS = {
    "rgb8": (np.uint8, 3),
    "bgr8": (np.uint8, 3),
    "mono8": (np.uint8, 1),
    "32FC1": (np.float32, 1),
    "16UC1": (np.uint16, 1),
}


def to_time(seconds: float) -> Time:
    """Seconds to a stamp; negative times are not representable and become 0."""
    nanoseconds = max(0, round(seconds * 1e9))
    return Time(sec=nanoseconds // 10**9, nanosec=nanoseconds % 10**9)


def to_seconds(stamp: Time) -> float:
    """A stamp to seconds."""
    return float(stamp.sec) + float(stamp.nanosec) * 1e-9


def header(seconds: float, frame: str = names.WORLD_FRAME) -> Header:
    """A header of that time and frame."""
    return Header(stamp=to_time(seconds), frame_id=frame)


def to_image(pixels: NDArray[np.generic], encoding: str, stamp: float, frame: str) -> Image:
    """An image message; ``pixels`` has the shape and type that ``encoding`` says (rgb8, bgr8, mono8, 32FC1, 16UC1)."""
    kind, channels = _ENCODINGS[encoding]
    if pixels.dtype != kind or (pixels.ndim == 3) != (channels == 3):
        raise ValueError(f"an image of {pixels.dtype} {pixels.shape} is not {encoding}")
    height, width = pixels.shape[:2]
    message = Image(header=header(stamp, frame), height=height, width=width, encoding=encoding, is_bigendian=0)
    message.step = width * channels * pixels.dtype.itemsize
    # Assigning an array.array is a thousand times faster than a numpy array, which rclpy checks element by element.
    data = array.array("B")
    data.frombytes(np.ascontiguousarray(pixels).tobytes())
    message.data = data
    return message


def from_image(message: Image, encoding: str) -> NDArray[np.generic]:
    """Pixels in the wanted encoding.

    Raises:
        ValueError: the message is in an encoding that can't be turned into it.
    """
    if _bridge is not None:
        return np.asarray(_bridge.imgmsg_to_cv2(message, desired_encoding=encoding))
    if message.encoding not in _ENCODINGS:
        raise ValueError(f"images in '{message.encoding}' are not understood; use one of {', '.join(_ENCODINGS)}")
    kind, channels = _ENCODINGS[message.encoding]
    item = np.dtype(kind).newbyteorder(">" if message.is_bigendian else "<")
    rows = np.frombuffer(message.data, dtype=np.uint8).reshape(message.height, message.step)
    rows = rows[:, : message.width * channels * item.itemsize]
    shape = (message.height, message.width, channels) if channels > 1 else (message.height, message.width)
    pixels = np.ascontiguousarray(rows).view(item).astype(kind, copy=False).reshape(shape)
    return _recode(pixels, message.encoding, encoding)


def _recode(pixels: NDArray[np.generic], have: str, want: str) -> NDArray[np.generic]:
    if have == want:
        return pixels
    if {have, want} == {"rgb8", "bgr8"}:
        return np.ascontiguousarray(pixels[..., ::-1])
    if (have, want) == ("16UC1", "32FC1"):  # REP-118: millimetres to metres
        return pixels.astype(np.float32) * np.float32(1e-3)
    raise ValueError(f"cannot turn an image in '{have}' into '{want}'")


def to_camera_info(intrinsics: Array, width: int, height: int, stamp: float, frame: str) -> CameraInfo:
    """Calibration of an undistorted pinhole camera with K of shape (3, 3)."""
    projection = np.hstack([intrinsics, np.zeros((3, 1))])
    return CameraInfo(
        header=header(stamp, frame),
        width=width,
        height=height,
        distortion_model="plumb_bob",
        d=[0.0] * 5,
        k=intrinsics.ravel().tolist(),
        r=np.eye(3).ravel().tolist(),
        p=projection.ravel().tolist(),
    )


def to_pose(pose: Pose) -> PoseMsg:
    """A pose; quaternions are x, y, z, w on both sides."""
    x, y, z = pose.position
    qx, qy, qz, qw = pose.quaternion
    return PoseMsg(position=Point(x=x, y=y, z=z), orientation=Quaternion(x=qx, y=qy, z=qz, w=qw))


def from_pose(message: PoseMsg) -> Pose:
    """A pose, its quaternion made a unit one.

    Raises:
        ValueError: the quaternion is zero, or something is not finite.
    """
    position = np.array([message.position.x, message.position.y, message.position.z])
    quaternion = np.array([message.orientation.x, message.orientation.y, message.orientation.z, message.orientation.w])
    norm = float(np.linalg.norm(quaternion))
    if not (np.isfinite(position).all() and np.isfinite(norm)):
        raise ValueError("a pose has a value that is not finite")
    if norm < 1e-6:
        raise ValueError("a pose has a zero quaternion; its identity is w = 1")
    return Pose(tuple(map(float, position)), tuple(map(float, quaternion / norm)))  # type: ignore[arg-type]


def to_scene(scene: Scene) -> SceneMsg:
    """A scene in the world frame."""
    return SceneMsg(header=header(scene.stamp), objects=[_to_object(item) for item in scene])


def _to_object(item: SceneObject) -> SceneObjectMsg:
    message = SceneObjectMsg(
        name=item.name,
        category=item.category,
        colour=item.colour,
        pose=to_pose(item.pose),
        size=Vector3(x=float(item.size[0]), y=float(item.size[1]), z=float(item.size[2])),
        confidence=float(item.confidence),
        held_by=item.held_by,
        has_grasp=item.pose_in_tcp is not None,
        inside=item.inside,
        on=item.on,
        visible=bool(item.visible),
        last_seen=to_time(item.last_seen),
        state=item.state,
    )
    if item.pose_in_tcp is not None:
        message.pose_in_tcp = to_pose(item.pose_in_tcp)
    return message


def from_scene(message: SceneMsg) -> Scene:
    """A scene.

    Raises:
        ValueError: it is not in the world frame, or a pose is not one.
    """
    if message.header.frame_id != names.WORLD_FRAME:
        raise ValueError(f"the scene is in the frame '{message.header.frame_id}', expected '{names.WORLD_FRAME}'")
    return Scene(to_seconds(message.header.stamp), tuple(_from_object(item) for item in message.objects))


def _from_object(message: SceneObjectMsg) -> SceneObject:
    return SceneObject(
        name=message.name,
        category=message.category,
        colour=message.colour,
        pose=from_pose(message.pose),
        size=(message.size.x, message.size.y, message.size.z),
        confidence=message.confidence,
        held_by=message.held_by,
        pose_in_tcp=from_pose(message.pose_in_tcp) if message.has_grasp else None,
        inside=message.inside,
        on=message.on,
        visible=message.visible,
        last_seen=to_seconds(message.last_seen),
        state=message.state,
    )


def to_contacts(pairs: Iterable[ContactPair]) -> list[ContactPairMsg]:
    """Contact pairs."""
    return [ContactPairMsg(a=a, b=b) for a, b in pairs]


def to_chunk(chunk: ActionChunk) -> ActionChunkMsg:
    """A chunk, row-major."""
    return ActionChunkMsg(
        header=header(chunk.stamp),
        step_dt=float(chunk.step_dt),
        joint_names=list(chunk.joint_names),
        horizon=len(chunk.positions),
        positions=chunk.positions.ravel().tolist(),
        source=chunk.source,
        sequence=chunk.sequence,
        step_id=chunk.step_id,
        allowed_contacts=to_contacts(chunk.allowed_contacts),
        note=chunk.note,
    )


def from_chunk(message: ActionChunkMsg) -> ActionChunk:
    """A chunk.

    Raises:
        ValueError: its data are not ``horizon`` rows of ``joint_names``' width.
    """
    width = len(message.joint_names)
    if message.horizon * width != len(message.positions):
        raise ValueError(
            f"a chunk of {message.horizon} rows x {width} joints needs {message.horizon * width} positions, "
            f"this one has {len(message.positions)}"
        )
    return ActionChunk(
        stamp=to_seconds(message.header.stamp),
        step_dt=message.step_dt,
        positions=np.array(message.positions, dtype=float).reshape(message.horizon, width),
        joint_names=tuple(message.joint_names),
        source=message.source,
        sequence=message.sequence,
        step_id=message.step_id,
        allowed_contacts=tuple((pair.a, pair.b) for pair in message.allowed_contacts),
        note=message.note,
    )


def to_verdict(verdict: Verdict) -> VerdictMsg:
    """A verdict."""
    return VerdictMsg(
        header=header(verdict.stamp),
        source=verdict.source,
        sequence=verdict.sequence,
        step_id=verdict.step_id,
        outcome=int(verdict.outcome),
        rule=verdict.rule,
        reason=verdict.reason,
        bodies=list(verdict.bodies),
        distance=float(verdict.distance),
        margin=float(verdict.margin),
        certified_until=to_time(verdict.certified_until),
        compute_ms=float(verdict.compute_ms),
    )


def from_verdict(message: VerdictMsg) -> Verdict:
    """A verdict."""
    return Verdict(
        stamp=to_seconds(message.header.stamp),
        source=message.source,
        sequence=message.sequence,
        step_id=message.step_id,
        outcome=Outcome(message.outcome),
        rule=message.rule,
        reason=message.reason,
        bodies=tuple(message.bodies),
        distance=message.distance,
        margin=message.margin,
        certified_until=to_seconds(message.certified_until),
        compute_ms=message.compute_ms,
    )


def to_step(step: Step) -> PlanStepMsg:
    """A step of a plan."""
    return PlanStepMsg(
        verb=step.verb,
        arm=step.arm,
        object=step.object,
        target=step.target,
        relation=step.relation,
        height=float(step.height),
        duration=float(step.duration),
        text=step.text,
        setting=step.setting,
    )


def from_step(message: PlanStepMsg) -> Step:
    """A step of a plan; its words are checked where it is carried out."""
    return Step(
        verb=message.verb,
        arm=message.arm,
        object=message.object,
        target=message.target,
        relation=message.relation,
        height=message.height,
        duration=message.duration,
        text=message.text,
        setting=message.setting,
    )


def to_joint_trajectory(trajectory: Trajectory, columns: slice | Sequence[int], joint_names: Sequence[str]) -> JointTrajectory:
    """The columns of a trajectory that one controller drives; its stamp is the trajectory's start."""
    message = JointTrajectory(header=header(trajectory.start, ""), joint_names=list(joint_names))
    offsets = trajectory.times - trajectory.start
    rows = zip(
        offsets,
        trajectory.positions[:, columns].tolist(),
        trajectory.velocities[:, columns].tolist(),
        trajectory.accelerations[:, columns].tolist(),
        strict=True,
    )
    for offset, positions, velocities, accelerations in rows:
        point = JointTrajectoryPoint(positions=positions, velocities=velocities, accelerations=accelerations)
        nanoseconds = round(float(offset) * 1e9)
        point.time_from_start.sec, point.time_from_start.nanosec = divmod(nanoseconds, 10**9)
        message.points.append(point)
    return message


def refusal(message: ActionChunkMsg, reason: str, now: float) -> Verdict:
    """The verdict on a chunk that can't even be read."""
    return Verdict(now, message.source, message.sequence, message.step_id, Outcome.REJECTED, rule="S5", reason=reason)


def to_wrench(wrench: Array, stamp: float, frame: str) -> WrenchStamped:
    """Force [N] and torque [N m] of shape (6,) in ``frame``."""
    message = WrenchStamped(header=header(stamp, frame))
    force, torque = message.wrench.force, message.wrench.torque
    force.x, force.y, force.z, torque.x, torque.y, torque.z = (float(value) for value in wrench)
    return message


def from_tactile(message: TactileImage) -> Array:
    """Forces on the pads [N], shape (fingers, rows, columns, channels)."""
    shape = (message.fingers, message.rows, message.columns, message.channels)
    return np.array(message.data, dtype=float).reshape(shape)


def to_tactile(pads: Array, stamp: float, frame: str) -> TactileImage:
    """Forces on the pads [N] of shape (fingers, rows, columns, channels)."""
    fingers, rows, columns, channels = pads.shape
    data = array.array("f")
    data.frombytes(np.ascontiguousarray(pads, dtype=np.float32).tobytes())
    return TactileImage(header=header(stamp, frame), fingers=fingers, rows=rows, columns=columns, channels=channels, data=data)


def halt(source: str, sequence: int, now: float) -> ActionChunkMsg:
    """A chunk without rows: come to rest on the certified path, now."""
    return ActionChunkMsg(header=header(now), joint_names=list(names.JOINTS), source=source, sequence=sequence, note="halt")
