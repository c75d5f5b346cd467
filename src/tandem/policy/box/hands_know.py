"""What hands know of the part that they work on before it is seen again: while they are over it they hide it.

What fingers hold moves with them, and stays where they let it go. A button that was pushed to its stop was pressed, though it
springs back; a lever past which fingers have gone has tilted over.
"""

from dataclasses import dataclass, replace

import numpy as np

from tandem.cell import description
from tandem.cell.busybox.parts import BOX
from tandem.cell.busybox.scene_objects import module_frame, turn_between
from tandem.cell.motions import DIRECTIONS
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.box.aims import Aim
from tandem.policy.box.looks import Look
from tandem.policy.skills.box.hands import FIST_HALF_M

_GRIP_N, _GRIP_M = 0.5, 0.018
"""Fingers that both feel more than this hold what is so near to the middle between them."""

_PRESSED_N = 3.0
"""A button's click takes less."""

_DOWN_SHARE, _RESTS_N = 0.9, 1.0
"""Fingers that have pushed a cap down by this share of its travel, and feel it, have pressed it."""

_OVER_M, _ABOVE_M = 0.012, 0.006
"""Fingers that press a button are so near to its middle, and so little above its cap."""

_LOW_M, _BESIDE_M, _AROUND_M = 0.018, 0.012, 0.045
"""Fingers that push a lever are so low above the face, so near to its row, and along that so near to its middle."""

_THERE_M, _THERE_PRESSED_M, _THERE_RAD = 0.006, 0.001, 0.2
"""What is so near to its goal, and turned so little from it, is there; a button's cap moves by little."""

_NEWER_S = 0.15
"""What was seen so long after it was let go, or later, is told by the image."""


@dataclass(frozen=True)
class _Left:
    """Where something was left: in the frame of the box's object, and when [s]."""

    pose: Pose
    time: float


class HandsKnow:
    """Follows the part that a step is about from look to look, a tenth of a second apart or a few."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Another step begins."""
        self._in_tcp: tuple[Side, Pose] | None = None
        self._left: _Left | None = None
        self._before_lever = False
        self._settled = False
        self.done = False
        """Whether a button was felt to be pressed, or a lever to go over."""

    def part(self, look: Look, aim: Aim) -> SceneObject | None:
        """What the step works on as it is known now."""
        item = look.scene.get(aim.part)
        if item is None or aim.step.arm == "both":
            return item
        side: Side = aim.step.arm
        match aim.step.verb:
            case "press":
                self.done = self.done or _presses(look, side, item)
                return aim.goal(look.scene) if self.done else item
            case "flip":
                return self._flipped(look, aim, side, item)
            case "slide" | "turn" | "pull" | "plug":
                return self._gripped(look, side, item)
        return item

    def reached(self, look: Look, aim: Aim, item: SceneObject) -> bool:
        """Whether what the step works on is where it is to be, as it is known now.

        A button springs back, and a plug that was laid down falls over: these count as soon as they were let go there. So does
        the box once it was moved so far, or farther.
        """
        there = aim.goal(look.scene)
        if there is None:
            return False
        if aim.step.verb == "move":
            left = np.subtract(there.pose.position, item.pose.position)[:2] @ DIRECTIONS[aim.step.relation]
            self._settled = self._settled or bool(left < _THERE_M)
            return self._settled
        apart = float(np.linalg.norm(np.subtract(item.pose.position, there.pose.position)))
        way = _THERE_PRESSED_M if aim.step.verb == "press" else _THERE_M
        arrived = apart < way and turn_between(item, there.pose) < _THERE_RAD
        if arrived and not item.held_by and aim.step.verb in ("press", "pull"):
            self._settled = True
        return arrived or self._settled

    def _flipped(self, look: Look, aim: Aim, side: Side, item: SceneObject) -> SceneObject:
        there = aim.goal(look.scene)
        front = None if there is None else _front(look, side, there)
        if there is not None and front is not None:
            if front > 0.0 and self._before_lever:
                self._leave(look, there.pose)
                self.done = True
            self._before_lever = self._before_lever or front < 0.0
        return self._as_left(look, item)

    def _gripped(self, look: Look, side: Side, item: SceneObject) -> SceneObject:
        held = look.pressed.get(side, 0.0) > _GRIP_N
        known = self._as_left(look, item)
        if self._in_tcp is None:
            if not held or np.linalg.norm(np.subtract(known.pose.position, look.hands[side].position)) > _GRIP_M:
                return known
            self._in_tcp = side, look.hands[side].inverse @ known.pose
        pose = look.hands[side] @ self._in_tcp[1]
        if held:
            self._leave(look, pose)
            return replace(known, pose=pose, held_by=side, pose_in_tcp=self._in_tcp[1], last_seen=look.now)
        self._in_tcp = None
        return known

    def _leave(self, look: Look, pose: Pose) -> None:
        self._left = _Left(look.scene[BOX].pose.inverse @ pose, look.now)

    def _as_left(self, look: Look, item: SceneObject) -> SceneObject:
        """Where it was left, until it is seen again."""
        if self._left is None or (item.visible and item.last_seen > self._left.time + _NEWER_S):
            return item
        return replace(item, pose=look.scene[BOX].pose @ self._left.pose)


def _presses(look: Look, side: Side, button: SceneObject) -> bool:
    tips = look.tips(side)
    beside, above = float(np.linalg.norm(tips[:2] - button.pose.position[:2])), tips[2] - button.pose.position[2]
    pushed = look.pushed.get(side, 0.0)
    down = above < -_DOWN_SHARE * float(description.settings("busybox.yaml")["buttons"]["travel"])
    felt = pushed > _PRESSED_N or (down and pushed > _RESTS_N)
    return bool(above < _ABOVE_M and beside < _OVER_M and felt)


def _front(look: Look, side: Side, there: SceneObject) -> float | None:
    """How far the front of closed fingers is past the middle of a switch, towards where its lever is to be [m]; None of fingers
    that aren't beside it."""
    module = look.scene.get(there.name.rsplit("/", 1)[0])
    if module is None:
        return None
    frame = module_frame(module)
    tips_x, tips_y, tips_z = (float(value) for value in look.tips(side))
    x, y, height = (frame.inverse @ Pose((tips_x, tips_y, tips_z))).position
    goal = (frame.inverse @ there.pose).position
    if height > _LOW_M or abs(y - goal[1]) > _BESIDE_M or abs(x) > _AROUND_M:
        return None
    return float(np.sign(goal[0]) * x + FIST_HALF_M)
