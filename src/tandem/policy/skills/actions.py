"""What a skill asks for, one action at a time, and what it hears back.

A skill is a generator: it yields actions, is sent a ``Report`` for each, and returns when its step is done. It raises
``SkillFailure`` to give up.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import TypeAlias

from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.observation import Observation
from tandem.cell.pose import Pose

SLOW = 0.35
"""Speed of motions near things; see ``PlanRequest.speed``."""

BRISK = 0.9
"""Speed of motions through free space."""


@dataclass(frozen=True)
class Goal:
    """One leg of a motion.

    Attributes:
        tcp: world poses of grasp centres, by side.
        joints: six joints, by side [rad]. A goal with neither keeps the arms still.
        grippers: travel of the fingers by side [m]; they set out with the leg.
        room: travel that there must be room for on this leg, by side [m]: that of fingers that will open where it ends.
        fingers_s: the fingers take at least so long [s].
        straight: whether the grasp centres move on straight lines.
        speed: share of the velocity limits.
        seconds: the arms take at least so long, at an even pace [s].
        contacts: pairs that the leg may bring together.
        note: what it does, in words.
    """

    tcp: dict[Side, Pose] = field(default_factory=dict)
    joints: dict[Side, tuple[float, ...]] = field(default_factory=dict)
    grippers: dict[Side, float] = field(default_factory=dict)
    room: dict[Side, float] = field(default_factory=dict)
    fingers_s: float = 0.0
    straight: bool = False
    speed: float = BRISK
    seconds: float = 0.0
    contacts: tuple[ContactPair, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Go:
    """Carry out legs one after the other without a pause; all of them are planned before the first one starts.

    Attributes:
        goals: the legs.
        progress: of the step when this has ended, 0 to 1.
        enough: asked about each observation whether to end where the motion is then; only while the arms are still.
    """

    goals: tuple[Goal, ...]
    progress: float = 0.0
    enough: Callable[[Observation], bool] | None = None


@dataclass(frozen=True)
class Until:
    """Keep still until a condition holds of an observation, or the time is up.

    Attributes:
        holds: the condition.
        limit_s: how long to wait at most, on the cell's clock [s].
        contacts: pairs that touch meanwhile.
        note: what is waited for, in words.
        progress: of the step when this has ended, 0 to 1.
    """

    holds: Callable[[Observation], bool]
    limit_s: float
    contacts: tuple[ContactPair, ...] = ()
    note: str = ""
    progress: float = 0.0


Action: TypeAlias = Go | Until


@dataclass(frozen=True)
class Report:
    """How an action ended.

    Attributes:
        ok: whether the goals were reached, or the condition held.
        moved: whether anything moved; a motion that can't be planned doesn't.
        reason: why not, in words.
    """

    ok: bool
    moved: bool = True
    reason: str = ""


Skill: TypeAlias = Generator[Action, Report, None]


class SkillFailure(Exception):
    """The step can't be carried out; the message says why."""
