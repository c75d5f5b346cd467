"""Move a slider: the fingers take its cap across the slot and drag it along to its number."""

from collections.abc import Generator, Iterator

import numpy as np

from tandem.cell.busybox.parts import part_named
from tandem.cell.busybox.state import ROW_NAMES, slider_x
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import Action, Go, Goal, Report, Skill, SkillFailure
from tandem.policy.skills.box.approach import approach
from tandem.policy.skills.box.hands import (
    HALVES,
    Descent,
    come_down,
    descents,
    frame_of,
    go_on,
    let_go_and_leave,
    lowest_tips,
    needs_empty_hand,
    tips_at,
    touch_of,
)
from tandem.policy.skills.gripping import grasp_travel
from tandem.policy.skills.holding import closed_on_something
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.situation import Situation, in_words

_ROOM_M = 0.005
"""On either side of the cap as the fingers come down."""

_DRAGGING = 0.06
"""Speed along the slot [m/s]."""

_THERE_M = 0.0015
"""A cap that stands this near to its place stands there."""


def slide(situation: Situation, step: Step) -> Skill:
    """Bring the slider ``step.object`` to the number ``step.setting`` with ``step.arm``, and bring the arm home."""
    side = one_arm(step)
    needs_empty_hand(situation, side)
    cap, number = situation.object(step.object), int(step.setting)
    if np.linalg.norm(_way(situation, cap, number)) < _THERE_M:
        return
    opening = cap.size[1] / 2 + _ROOM_M
    contacts = touch_of(side, cap.name)
    report, taken = yield from approach(
        situation,
        side,
        cap.name,
        lambda: descents(situation, side, cap.name, _places(situation, cap.name, number), opening, contacts),
        lambda descent: come_down(descent, cap.name, opening, 0.4),
    )
    if taken is None or not report.ok:
        raise SkillFailure(f"can't take {in_words(cap.name)}: {report.reason}")
    report = yield from _drag(situation, taken, situation.object(cap.name), number)
    yield from let_go_and_leave(situation, side, opening, taken.contacts)
    if not report.ok:
        raise SkillFailure(report.reason)


def _way(situation: Situation, cap: SceneObject, number: int) -> np.ndarray:
    """From where the cap is along its slot to the place of a number, in the world, shape (3,) [m]."""
    part = part_named(cap.name)
    frame = frame_of(situation, part.module)
    along = (frame.inverse @ cap.pose).position[0]
    assert part.key in ROW_NAMES
    return np.asarray(frame.rotation[:, 0] * (slider_x(number) - along))


def _places(situation: Situation, name: str, number: int) -> Iterator[tuple[Pose, ...]]:
    """Around the cap across its slot, the hand turned either way, and where it goes from there."""
    tips, cap = lowest_tips(situation), situation.object(name)
    way = _way(situation, cap, number)
    start, end = np.array(cap.pose.position), np.array(cap.pose.position) + way
    for turn in HALVES:
        yaw = cap.pose.yaw + turn
        yield tuple(tips_at(float(x), float(y), tips, yaw) for x, y, _ in (start, (start + end) / 2, end))


def _drag(situation: Situation, taken: Descent, cap: SceneObject, number: int) -> Generator[Action, Report, Report]:
    """Close on the cap and take it along."""
    side, way = taken.side, _way(situation, cap, number)
    words, contacts = in_words(cap.name), taken.contacts
    close = Goal(grippers={side: grasp_travel(cap.size[1] / 2)}, contacts=contacts, note=f"closing on {words}")
    report = yield Go((close,), 0.5)
    if report.ok and not closed_on_something(situation, side):
        return Report(False, reason=f"the {side} hand closed beside {words}")
    x, y, z = (float(value) for value in np.array(taken.tcp.position) + way)
    along = Goal(
        tcp={side: Pose((x, y, z), taken.tcp.quaternion)},
        straight=True,
        seconds=float(np.linalg.norm(way)) / _DRAGGING,
        contacts=contacts,
        note=f"moving {words}",
    )
    report = yield from go_on(situation, side, Go((along,), 0.7))
    if report.ok and not closed_on_something(situation, side):
        return Report(False, reason=f"{words} slipped out of the {side} hand")
    return report
