"""Whether a step did what it was for, judged from perceived scenes alone."""

from tandem.cell import footprint, relations
from tandem.cell.marks import HAND_OUT, marked_place
from tandem.cell.plan import STATE_VERBS, WHOLE_VERBS, Step
from tandem.cell.relations import TABLE
from tandem.cell.scene import Scene, SceneObject
from tandem.cell.socket import hole_of
from tandem.language.busybox.checks import UNSEEN, Check, is_moved, is_set, unseen
from tandem.language.words import in_words, relation_in_words

RAISED = 0.03
"""What is lifted must be at least this far above where it stood [m]."""

RAISED_SHARE = 0.6
"""... and this share of the height that was asked for."""

SEATED_SHARE = 0.75
"""A peg is in when it is seen this share of the hole's depth below its rim."""


def holds(step: Step, before: Scene, now: Scene) -> Check:
    """Whether the step's postcondition holds in ``now``.

    Args:
        step: what was carried out.
        before: the scene in which it began; a lift is measured from it.
        now: a scene seen after its end.

    Returns:
        ``ok`` None for ``home``, ``close``, ``move_hand``, ``view`` and for ``open`` with an empty gripper: those are joints, not
        objects; for ``press``, since a button springs back; and for a part of the BusyBox that is hidden.
    """
    if step.verb == "open":
        return _released(step, before, now)
    if step.verb in ("home", "close"):
        return Check(None, "not a matter of the scene")
    if step.verb in UNSEEN:
        return unseen(step, now)
    item = now.get(step.object)
    if item is None:
        return Check(False, f"{in_words(step.object)} is no longer seen")
    if step.verb in STATE_VERBS:
        return is_set(step, item)
    if step.verb in WHOLE_VERBS:
        return is_moved(step, before.get(step.object), item)
    if step.verb == "place":
        return _placed(step, item, now)
    if step.verb == "insert":
        return _inserted(step, item, now)
    wanted = step.target if step.verb == "hand_over" else step.arm
    if item.held_by != wanted:
        return Check(False, f"{in_words(item.name)} is {_where(item)}, not held by {_hand(wanted)}")
    if step.verb == "lift":
        return _raised(step, before.get(step.object), item)
    if step.verb == "give":
        return _held_out(item)
    return Check(True, f"{in_words(item.name)} is held by {_hand(wanted)}")


def _held_out(item: SceneObject) -> Check:
    if marked_place(HAND_OUT).is_below(item.pose.position):
        return Check(True, f"{in_words(item.name)} is held out")
    return Check(False, f"{in_words(item.name)} is in the hand, but not above the place where things are held out")


def achieved(step: Step, before: Scene, now: Scene) -> bool | None:
    """Whether the step's postcondition holds, None when a scene can't tell: for policies that don't know when they are done."""
    return holds(step, before, now).ok


def _placed(step: Step, item: SceneObject, now: Scene) -> Check:
    goal = f"{relation_in_words(step.relation)} {in_words(step.target)}"
    if item.held_by:
        return Check(False, f"{in_words(item.name)} is still held by {_hand(item.held_by)}")
    target = None if step.target == TABLE else now.get(step.target)
    if target is None and step.target != TABLE:
        return Check(False, f"{in_words(step.target)} is no longer seen")
    perceived = (step.relation == "in" and item.inside == step.target) or (step.relation == "on" and item.on == step.target)
    if perceived or relations.relation_holds(step.relation, item, target):
        return Check(True, f"{in_words(item.name)} is {goal}")
    return Check(False, f"{in_words(item.name)} is {_where(item)}, not {goal}")


def _inserted(step: Step, item: SceneObject, now: Scene) -> Check:
    target = now.get(step.target)
    if target is None:
        return Check(False, f"{in_words(step.target)} is no longer seen")
    if item.held_by:
        return Check(False, f"{in_words(item.name)} is still held by {_hand(item.held_by)}")
    depth = relations.plug_depth(item, target)
    if depth < SEATED_SHARE * hole_of(target.size).depth:
        how = f"only {depth * 1e3:.0f} mm deep in" if depth else "not in"
        return Check(False, f"{in_words(item.name)} is {how} {in_words(target.name)}")
    return Check(True, f"{in_words(item.name)} is in {in_words(target.name)}")


def _raised(step: Step, was: SceneObject | None, item: SceneObject) -> Check:
    """Above where it stood, or above the table when it was in a hand before."""
    stood = footprint.bottom(was) if was is not None and not was.held_by else 0.0
    rise = footprint.bottom(item) - stood
    wanted = max(RAISED, RAISED_SHARE * step.height)
    verdict = f"{in_words(item.name)} is {rise * 100:.0f} cm up"
    return Check(True, verdict) if rise >= wanted else Check(False, f"{verdict}, not {wanted * 100:.0f} cm")


def _released(step: Step, before: Scene, now: Scene) -> Check:
    sides = ("left", "right") if step.arm == "both" else (step.arm,)
    still = [item for side in sides if (item := now.held_by(side)) is not None]
    if still:
        return Check(False, f"{in_words(still[0].name)} is still held")
    had = any(before.held_by(side) is not None for side in sides)
    return Check(True, "nothing is held") if had else Check(None, "not a matter of the scene")


def _where(item: SceneObject) -> str:
    if item.held_by:
        return f"held by {_hand(item.held_by)}"
    if item.inside:
        return f"in {in_words(item.inside)}"
    return f"on {in_words(item.on)}" if item.on else "somewhere else"


def _hand(side: str) -> str:
    return "both hands" if side == "both" else f"the {side} hand"


__all__ = ["RAISED", "RAISED_SHARE", "SEATED_SHARE", "Check", "achieved", "holds"]
