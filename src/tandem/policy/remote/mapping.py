"""A request in a server's terms, and its answer in ours, as a contract says."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.limits import joint_limits
from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.cell.robot import home_positions
from tandem.policy.chunks.model import ModelFailure
from tandem.policy.images import square_image
from tandem.policy.remote.contract import UNUSED, Contract, ImageSlot, Key, Part, Scale

Array = NDArray[np.float64]
Image = NDArray[np.uint8]

_OPEN_M = float(description.settings("cell.yaml")["gripper"]["open"])
_CLOSED_M = float(description.settings("cell.yaml")["gripper"]["closed"])
_FINGERS = tuple(names.GRIPPER_JOINT.values())


def put(message: dict[str, Any], key: Key, value: Any) -> None:
    """Put something at its place in a message of nested maps."""
    for name in key[:-1]:
        message = message.setdefault(name, {})
    message[key[-1]] = value


def get(message: Any, key: Key) -> Any:
    """What is at a place of a message.

    Raises:
        ModelFailure: nothing is.
    """
    for name in key:
        if not isinstance(message, dict) or name not in message:
            there = ", ".join(map(str, message)) if isinstance(message, dict) else type(message).__name__
            raise ModelFailure(f"the answer has no '{'/'.join(key)}'; it has {there}")
        message = message[name]
    return message


def words_of(step: Step) -> str:
    """What a server is told to do."""
    return step.text or f"{step.verb} {step.object.replace('_', ' ')}".strip()


def state_of(contract: Contract, part: Part, positions: Array) -> Array:
    """Some columns of the measured joints, shape (14,), in the server's terms, shape (len(part.joints),)."""
    return np.array([_sent(contract, joint, positions) for joint in part.joints])


def targets_of(contract: Contract, answers: list[Any], positions: Array) -> Array:
    """Joint targets, shape (H, 14) [rad; m], from the columns of each of the contract's action parts.

    Args:
        contract: of the server.
        answers: arrays of shape (H, columns), one a part; more columns than the part names are passed over.
        positions: measured joints that were sent, shape (14,); joints that the server doesn't command stay there.

    Raises:
        ModelFailure: they are no such chunk.
    """
    columns = [_columns(contract, part, answer) for part, answer in zip(contract.actions, answers, strict=True)]
    lengths = {len(rows) for rows in columns}
    if len(lengths) != 1:
        raise ModelFailure(f"the parts of the answer have different numbers of rows: {sorted(lengths)}")
    targets = np.tile(positions, (lengths.pop(), 1))
    for part, rows in zip(contract.actions, columns, strict=True):
        for joint, column in zip(part.joints, rows.T, strict=True):
            if joint != UNUSED:
                targets[:, names.JOINTS.index(joint)] = _received(contract, joint, column, positions)
    _check(contract, targets, positions)
    return targets


def from_now(contract: Contract, targets: Array, committed: Array) -> Array:
    """Targets from the observation's time on: what is decided, where the first row of an answer is meant for later."""
    if contract.first_row == 0:
        return targets
    known = committed[np.minimum(np.arange(contract.first_row), len(committed) - 1)]
    return np.concatenate([known, targets])


def image_of(slot: ImageSlot, observation: Observation) -> Image:
    """The image for a slot, uint8, shape (height, width, 3) or (3, height, width).

    Raises:
        ModelFailure: that camera shows nothing.
    """
    frame = observation.frames.get(slot.camera)
    if frame is None:
        raise ModelFailure(f"no image of {slot.camera}; is that camera running?")
    image = fitted(frame.rgb, slot)
    return np.ascontiguousarray(image.transpose(2, 0, 1)) if slot.channels_first else image


def fitted(rgb: Image, slot: ImageSlot) -> Image:
    """An image brought to a slot's size: the middle cut out, black edges added, or stretched."""
    height, width = rgb.shape[:2]
    if not slot.width or not slot.height or (width, height) == (slot.width, slot.height):
        return np.ascontiguousarray(rgb)
    if slot.fit == "crop" and slot.width == slot.height:
        return square_image(rgb, slot.width)
    if slot.fit == "stretch":
        return _resized(rgb, slot.width, slot.height)
    ratio = (min if slot.fit == "pad" else max)(slot.width / width, slot.height / height)
    scaled = _resized(rgb, max(1, int(width * ratio)), max(1, int(height * ratio)))
    result = np.zeros((slot.height, slot.width, 3), np.uint8)
    left, top = (slot.width - scaled.shape[1]) // 2, (slot.height - scaled.shape[0]) // 2
    x, y = max(0, -left), max(0, -top)
    shown = scaled[y : y + slot.height, x : x + slot.width]
    result[max(0, top) : max(0, top) + shown.shape[0], max(0, left) : max(0, left) + shown.shape[1]] = shown
    return result


def _resized(rgb: Image, width: int, height: int) -> Image:
    smaller = width <= rgb.shape[1] and height <= rgb.shape[0]
    way = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=way), dtype=np.uint8)


def _sent(contract: Contract, joint: str, positions: Array) -> float:
    if joint == UNUSED:
        return 0.0
    value = float(positions[names.JOINTS.index(joint)])
    if joint in _FINGERS:
        scale = contract.state_gripper
        share = (value - _CLOSED_M) / (_OPEN_M - _CLOSED_M)
        return scale.closed + share * (scale.open - scale.closed)
    return contract.signs.get(joint, 1.0) * (value + contract.offsets.get(joint, 0.0))


def _received(contract: Contract, joint: str, column: Array, positions: Array) -> Array:
    if joint in _FINGERS:
        return _travel(contract.action_gripper, column)
    turned = contract.signs.get(joint, 1.0) * column
    if contract.kind == "delta":
        return np.asarray(positions[names.JOINTS.index(joint)] + turned)
    return np.asarray(turned - contract.offsets.get(joint, 0.0))


def _travel(scale: Scale, column: Array) -> Array:
    """Travel of the fingers [m], never beyond its ends: servers overshoot a little to hold firmly."""
    share = np.clip((column - scale.closed) / (scale.open - scale.closed), 0.0, 1.0)
    return np.asarray(_CLOSED_M + share * (_OPEN_M - _CLOSED_M))


def _columns(contract: Contract, part: Part, answer: Any) -> Array:
    name = "/".join(part.key)
    if not isinstance(answer, np.ndarray) or answer.dtype.kind not in "fiu":
        raise ModelFailure(f"'{name}' of the answer is no array of numbers")
    rows = np.asarray(answer, dtype=float)
    if rows.ndim != 2 or len(rows) < 2 or rows.shape[1] < len(part.joints):
        raise ModelFailure(
            f"'{name}' of the answer has shape {rows.shape}, but contract {contract.name} wants at least 2 rows of "
            f"{len(part.joints)} columns"
        )
    if not np.isfinite(rows).all():
        raise ModelFailure(f"'{name}' of the answer has numbers that are not finite")
    return rows[:, : len(part.joints)]


def _check(contract: Contract, targets: Array, positions: Array) -> None:
    """Answers that can't be meant so: most likely the contract has another order, sign or unit than the server."""
    limits = joint_limits()
    beyond = np.maximum(limits.lower - targets, targets - limits.upper).max(axis=0)
    worst = int(np.argmax(beyond))
    hint = f"does contract {contract.name} have the server's order, signs, units, and absolute or delta?"
    if beyond[worst] > contract.checks.beyond_range:
        row = int(np.argmax(np.abs(targets[:, worst] - positions[worst])))
        raise ModelFailure(
            f"row {row} asks {names.JOINTS[worst]} for {targets[row, worst]:.2f}, outside its range of {limits.lower[worst]:.2f} "
            f"to {limits.upper[worst]:.2f}; {hint}"
        )
    arms = np.array([joint not in _FINGERS for joint in names.JOINTS])
    jump = np.where(arms, np.abs(targets[0] - positions), 0.0)
    if jump.max() > contract.checks.first_row:
        joint = int(np.argmax(jump))
        raise ModelFailure(f"the first row has {names.JOINTS[joint]} {jump[joint]:.2f} rad from where it is; {hint}")


def positions_of(contract: Contract, message: Any) -> Array:
    """Our joints, shape (14,), from a client's state: what `state_of` made of them.

    Raises:
        ModelFailure: the state isn't as the contract says.
    """
    positions = np.array(home_positions())
    for part in contract.state:
        values = np.asarray(get(message, part.key))
        if values.dtype.kind not in "fiu" or values.shape != (len(part.joints),) or not np.isfinite(values).all():
            raise ModelFailure(
                f"the state '{'/'.join(part.key)}' has shape {values.shape}, expected ({len(part.joints)},), finite"
            )
        for joint, value in zip(part.joints, values.astype(float), strict=True):
            if joint in _FINGERS:
                positions[names.JOINTS.index(joint)] = _travel(contract.state_gripper, value)
            elif joint != UNUSED:
                turned = contract.signs.get(joint, 1.0) * value
                positions[names.JOINTS.index(joint)] = turned - contract.offsets.get(joint, 0.0)
    return positions


def columns_of(contract: Contract, targets: Array, positions: Array) -> list[Array]:
    """Joint targets, shape (H, 14), in the terms of a contract, one array a part: what `targets_of` reads."""
    return [np.stack([_told(contract, joint, targets, positions) for joint in part.joints], axis=1) for part in contract.actions]


def _told(contract: Contract, joint: str, targets: Array, positions: Array) -> Array:
    if joint == UNUSED:
        return np.zeros(len(targets))
    column = names.JOINTS.index(joint)
    if joint in _FINGERS:
        scale = contract.action_gripper
        share = (targets[:, column] - _CLOSED_M) / (_OPEN_M - _CLOSED_M)
        return np.asarray(scale.closed + share * (scale.open - scale.closed))
    sign = contract.signs.get(joint, 1.0)
    if contract.kind == "delta":
        return np.asarray(sign * (targets[:, column] - positions[column]))
    return np.asarray(sign * (targets[:, column] + contract.offsets.get(joint, 0.0)))
