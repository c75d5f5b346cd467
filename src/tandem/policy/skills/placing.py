"""Where things can be put, and what putting them down has in common for one hand and two."""

from tandem.cell import places
from tandem.cell.chunk import ContactPair
from tandem.cell.places import Spot
from tandem.cell.plan import Step
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import SkillFailure
from tandem.policy.skills.situation import Situation, in_words

GAP_M = 0.0015
"""An object is let go this far above the surface as perceived, so that it isn't pressed into it."""

SET_DOWN_SPEED = 0.25

LET_GO_S = 0.8
"""Time for perception to see that a hand opened [s]."""

_SPOTS = 8
"""So many free spots are looked at."""


def free_spots(situation: Situation, item: SceneObject, step: Step) -> tuple[Spot, ...]:
    """The best free spots for ``item`` at the step's relation to its target.

    Raises:
        SkillFailure: there is none, or there is no such target.
    """
    try:
        spots = places.place_spots(step.relation, item, step.target, situation.scene)
    except (KeyError, ValueError) as error:
        raise SkillFailure(str(error.args[0])) from error
    if not spots:
        raise SkillFailure(f"there is no room for {in_words(item.name)} {goal_in_words(step)}")
    return spots[:_SPOTS]


def set_down_on(step: Step) -> ContactPair:
    """The object and what will carry it."""
    return step.object, step.target if step.relation in ("in", "on") else places.TABLE


def goal_in_words(step: Step) -> str:
    """The place that a step wants."""
    return f"{step.relation.replace('_', ' ')} {in_words(step.target)}"
