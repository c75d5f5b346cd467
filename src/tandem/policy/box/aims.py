"""What a step on the BusyBox is about: the part that one hand works on, and where the other one presses to hold the box."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from tandem.cell.busybox.parts import BOX, HANDLE_CATEGORY, HANDLES
from tandem.cell.names import Side, other_side
from tandem.cell.plan import WHOLE_VERBS, Step
from tandem.cell.pose import Pose
from tandem.cell.scene import Scene, SceneObject
from tandem.policy.box import goals
from tandem.policy.box.hook_line import HookLine, hook_line
from tandem.policy.box.looks import Look
from tandem.policy.skills.box.braces import NEAR_M, ranks, spots
from tandem.policy.skills.box.hands import FIST_HALF_M, tips_at
from tandem.policy.skills.grasps import FINGERTIP_M

BRACED: Final = ("turn", "flip", "pull")
"""Verbs for which the other hand holds the box."""

_PRESSES_N = 3.5
"""A hand that is pushed back harder than this presses on something."""

_ON_IT_M = 0.012
"""Fingertips so near above the box's upper face are on it."""

_GRIP_N, _GRIP_M = 0.5, 0.015
"""Fingers that both feel more than this hold what is so near to the middle between them, in plan view."""

_OWN_SIDE_M = 0.05
"""A hand presses so much farther to its own side than the other one works, so that the arms don't cross."""

_ROOMY_M = 0.15
"""At this distance hands that point down have room however they are turned; no model is told how to turn the one that presses."""

_THICK_M = 0.010
"""Height of the place where a hand presses, as it is told."""


@dataclass(frozen=True)
class Aim:
    """What a step is about, in a scene that may change.

    Attributes:
        step: on the box.
        part: name of what the hand works on.
        brace: where the other hand presses, in the frame of the box's object; None where it doesn't.
        kept: the goal where that depends on the scene in which the step began; None where it is told anew by each scene.
        hooks: where hands hook into the handles to move the box; None where they don't.
    """

    step: Step
    part: str
    brace: Pose | None = None
    kept: SceneObject | None = None
    hooks: HookLine | None = None

    @classmethod
    def of(cls, scene: Scene, step: Step) -> "Aim | None":
        """As the scene in which the step begins tells; None where the step leaves nothing of a box as it wants it."""
        item = goals.worked_on(scene, step) if step.verb in goals.VERBS else None
        if item is None or BOX not in scene:
            return None
        if step.verb in WHOLE_VERBS:
            return cls(step, item.name, kept=goals.goal(scene, step, item), hooks=hook_line(scene, step))
        return cls(step, item.name, brace_of(scene, step, item))

    def goal(self, scene: Scene) -> SceneObject | None:
        """What is worked on as it is to be."""
        item = scene.get(self.part)
        return self.kept if self.kept is not None or item is None else goals.goal(scene, self.step, item)

    def spot(self, scene: Scene) -> SceneObject | None:
        """Where the other hand presses, as if it were a thing there; or a rod from one hook to the other."""
        box = scene.get(BOX)
        if box is None:
            return None
        if self.hooks is not None:
            place, size = self.hooks.middle, (self.hooks.length, _THICK_M, _THICK_M)
        elif self.brace is not None:
            place, size = self.brace @ Pose((0.0, 0.0, -_THICK_M / 2)), (2 * FIST_HALF_M, 2 * FIST_HALF_M, _THICK_M)
        else:
            return None
        return replace(box, name=f"{BOX}/spot", category=HANDLE_CATEGORY, pose=box.pose @ place, size=size, on=BOX)


def brace_of(scene: Scene, step: Step, item: SceneObject) -> Pose | None:
    """Where the other hand is to press, in the frame of the box's object: the best spot as the skills rank them, on that hand's
    own side of the work. Whether an arm gets there is not looked at.
    """
    if step.verb not in BRACED or step.arm == "both" or any(name not in scene for name in HANDLES):
        return None
    box, bracer = scene[BOX], other_side(step.arm)
    x, y, _ = item.pose.position
    work = tips_at(x, y, box.top, box.pose.yaw)
    known = spots(scene, bracer, work)
    beside = (1.0 if bracer == "left" else -1.0) * np.array([spot.tcp.position[1] - y for spot in known])
    good = np.where(beside > _OWN_SIDE_M, ranks(scene, work, known, lifting=step.verb == "pull"), np.inf)
    roomy = np.array([np.linalg.norm(np.subtract(spot.tcp.position, work.position)[:2]) for spot in known]) > _ROOMY_M
    if np.isfinite(good[roomy]).any():
        good = np.where(roomy, good, np.inf)
    best = int(good.argmin())
    if not np.isfinite(good[best]):
        return None
    tips = (box.pose.inverse @ known[best].tcp @ Pose((0.0, 0.0, FINGERTIP_M))).position
    return Pose((tips[0], tips[1], tips[2] - NEAR_M))


def as_done(aim: Aim, looks: Sequence[Look]) -> Aim:
    """The aim as a demonstration took it: which plug it pulled, and where its other hand really pressed, if it did."""
    if aim.step.arm == "both":
        return aim
    part = _pulled(aim, looks) if aim.step.verb == "pull" else aim.part
    brace = _pressed_at(looks, other_side(aim.step.arm)) if aim.step.verb in BRACED else None
    return replace(aim, part=part, brace=brace)


def _pulled(aim: Aim, looks: Sequence[Look]) -> str:
    """The plug that the hand closed on first."""
    side: Side = "left" if aim.step.arm == "left" else "right"
    for look in looks:
        if look.pressed.get(side, 0.0) > _GRIP_N:
            ends = [item for item in look.scene if item.name.startswith(f"{aim.step.object}/")]
            apart = {item.name: np.linalg.norm(np.subtract(item.pose.position, look.tips(side))[:2]) for item in ends}
            near = min(apart, key=lambda name: float(apart[name]), default=aim.part)
            if apart.get(near, np.inf) < _GRIP_M:
                return near
    return aim.part


def _pressed_at(looks: Sequence[Look], side: Side) -> Pose | None:
    """Where a hand pressed on the box most, in the frame of the box's object."""
    most, found = _PRESSES_N, None
    for look in looks:
        box = look.scene.get(BOX)
        if box is None or look.pushed.get(side, 0.0) <= most:
            continue
        x, y, z = (float(value) for value in look.tips(side))
        local = (box.pose.inverse @ Pose((x, y, z))).position
        if abs(local[2] - box.size[2] / 2) < _ON_IT_M:
            most, found = look.pushed[side], Pose(local)
    return found
