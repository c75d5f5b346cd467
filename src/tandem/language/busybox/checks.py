"""Whether a step on the BusyBox did what it was for, judged from perceived scenes alone."""

from dataclasses import dataclass
from math import degrees, remainder, tau
from typing import Final

from tandem.cell.motions import DIRECTIONS, MOVED_M, SENSES, TURNED_DEG
from tandem.cell.plan import Step
from tandem.cell.scene import Scene, SceneObject
from tandem.language.words import DIRECTION_WORDS, in_words

UNSEEN: Final = ("press", "view", "move_hand")
"""Verbs that leave nothing behind: a button springs back, and is felt to click by the hand that presses it."""


@dataclass(frozen=True)
class Check:
    """``ok`` is None when a scene can't tell; ``reason`` says what is seen."""

    ok: bool | None
    reason: str


def unseen(step: Step, now: Scene) -> Check:
    """Of a step that leaves nothing behind, a scene says at most that its button is gone, or is down."""
    if step.verb != "press":
        return Check(None, "not a matter of the scene")
    button = now.get(step.object)
    if button is None:
        return Check(False, f"{in_words(step.object)} is no longer seen")
    if button.state == "down" and button.visible:
        return Check(True, f"{in_words(button.name)} is down")
    return Check(None, f"{in_words(button.name)} springs back; that it clicks can only be felt")


def is_set(step: Step, part: SceneObject) -> Check:
    """Whether a part is in the state that the step was to bring it to."""
    wanted = {"pull": "out", "plug": "in"}.get(step.verb, step.setting)
    if not part.state or not part.visible:
        return Check(None, f"{in_words(part.name)} is hidden")
    is_at = f"{in_words(part.name)} is {'at ' if part.state.isdigit() else ''}{part.state}"
    return Check(True, is_at) if part.state == wanted else Check(False, f"{is_at}, not {wanted}")


def is_moved(step: Step, was: SceneObject | None, box: SceneObject) -> Check:
    """Whether the box has been moved, or rotated, as the step was to do, since the scene in which it began."""
    if was is None:
        return Check(None, f"where {in_words(box.name)} was before isn't known")
    if step.verb == "rotate":
        turned = degrees(SENSES[step.relation] * remainder(box.pose.yaw - was.pose.yaw, tau))
        return Check(turned >= TURNED_DEG, f"{in_words(box.name)} is turned by {turned:.0f} degrees {step.relation}")
    x, y = (now - before for now, before in zip(box.pose.position[:2], was.pose.position[:2], strict=True))
    ahead, left = DIRECTIONS[step.relation]
    along = x * ahead + y * left
    way = DIRECTION_WORDS.get(step.relation, step.relation)
    return Check(along >= MOVED_M, f"{in_words(box.name)} is moved by {along * 100:.0f} cm {way}")
