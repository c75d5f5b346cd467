"""Plug a wire in: fingers take its loose plug as it leans, put it upright over its jack by touch, and find the hole by touch."""

from collections.abc import Generator
from dataclasses import replace

from tandem.cell.busybox.parts import BOX, PLUG_CATEGORY
from tandem.cell.busybox.state import ROW_NAMES
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import SLOW, Action, Go, Goal, Report, Skill, SkillFailure, Until
from tandem.policy.skills.box.approach import approach
from tandem.policy.skills.box.felt import LISTENING_S
from tandem.policy.skills.box.find_jack import OVER_RIM_M, find_jack
from tandem.policy.skills.box.hands import (
    ROOM,
    Descent,
    come_down,
    go_on,
    let_go_and_leave,
    loops_aside,
    needs_empty_hand,
    touch_of,
)
from tandem.policy.skills.box.look import look_closely
from tandem.policy.skills.box.plug_in_hand import felt_again, felt_standing
from tandem.policy.skills.box.plug_places import (
    RADIUS_M,
    RELEASE_M,
    UP_M,
    between,
    on_rim,
    plugs_around,
    seated,
    uprights,
    ways_down,
)
from tandem.policy.skills.box.pull import GRIP_M
from tandem.policy.skills.holding import closed_on_something
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.situation import Situation, in_words, raised
from tandem.policy.skills.ways import easiest_way

_CARRYING = 0.7
"""Speed above everything; see ``PlanRequest.speed``."""


def plug(situation: Situation, step: Step) -> Skill:
    """Put the loose plug of the wire ``step.object`` into its jack with ``step.arm``, and bring the arm home."""
    side = one_arm(step)
    needs_empty_hand(situation, side)
    loose = _loose(situation, step.object)
    if loose is None:
        return
    name = loose.name
    # Where its neighbours stand, fingers have room beside them, but less than is kept elsewhere.
    contacts = touch_of(side, BOX, step.object, *(item.name for item in situation.scene if item.category == PLUG_CATEGORY))
    report, taken = yield from approach(
        situation,
        side,
        name,
        lambda: ways_down(situation, side, name, contacts),
        lambda descent: come_down(descent, name, descent.opening, 0.4),
        lambda: look_closely(situation, side, name),
    )
    if taken is None or not report.ok:
        raise SkillFailure(f"can't take {in_words(name)}: {report.reason}")
    close = Goal(grippers={side: loose.size[0] / 2 - GRIP_M}, contacts=taken.contacts, note=f"taking {in_words(name)}")
    report = yield Go((close,), 0.45)
    if report.ok and not closed_on_something(situation, side):
        report = Report(False, reason=f"the {side} hand closed beside {in_words(name)}")
    if report.ok:
        report = yield from _plug_in(situation, taken, name, in_words(step.object))
    yield from let_go_and_leave(situation, side, RADIUS_M + RELEASE_M, taken.contacts)
    if not report.ok:
        raise SkillFailure(report.reason)


def _loose(situation: Situation, wire: str) -> SceneObject | None:
    """The plug of a wire that is out."""
    ends = (situation.object(f"{wire}/{row}") for row in ROW_NAMES)
    return next((item for item in ends if item.state == "out"), None)


def _plug_in(situation: Situation, taken: Descent, name: str, words: str) -> Generator[Action, Report, Report]:
    """Carry the plug over its jack, and push it in; places around are tried where it meets the rim."""
    side, rim, around = taken.side, on_rim(situation, name), plugs_around(situation, name)
    in_hand = felt_standing(situation, side, taken.places[-1].inverse @ rim)
    report = Report(False, reason=f"there is nowhere room to let {words} go")
    for down in uprights(rim, in_hand, around, taken.places[-1]):
        if not _goes_in(situation, taken, down):
            continue
        report = yield from _carry(situation, taken, down, f"carrying {words} over its jack")
        if report.moved:
            break
    if not report.ok:
        return report
    yield Until(lambda _: False, LISTENING_S, taken.contacts, f"holding {words} still")
    # The cable may have turned it in the hand, and the box may have been drawn along.
    in_hand, rim, around = felt_again(situation, side, in_hand), on_rim(situation, name), plugs_around(situation, name)
    down = min(uprights(rim, in_hand, around, down), key=down.turn_to, default=down)
    straight = Goal(
        tcp={side: raised(down, OVER_RIM_M)},
        straight=True,
        speed=SLOW,
        contacts=taken.contacts,
        note=f"putting {words} straight",
    )
    report = yield from go_on(situation, side, Go((straight,), 0.6))
    if not report.ok:
        return report
    return (yield from find_jack(situation, replace(taken, places=(*taken.places[:-1], down)), words))


def _goes_in(situation: Situation, taken: Descent, down: Pose) -> bool:
    """Whether the hand can be where it has the plug on its rim and in its jack: other parts are next to it there."""
    contacts = (*taken.contacts, *loops_aside(situation, taken.side))
    return easiest_way(situation, {taken.side: (raised(down, UP_M), seated(down))}, contacts, ROOM) is not None


def _carry(situation: Situation, taken: Descent, down: Pose, note: str) -> Generator[Action, Report, Report]:
    """Up, over the jack, and down to just above its rim."""
    side = taken.side
    lifted, over = raised(situation.tcp(side), UP_M), raised(down, UP_M)
    goals = tuple(
        Goal(tcp={side: pose}, straight=True, speed=speed, contacts=taken.contacts, note=note)
        for pose, speed in (
            (lifted, SLOW),
            *((pose, _CARRYING) for pose in (*between(lifted, over), over)),
            (raised(down, OVER_RIM_M), SLOW),
        )
    )
    return (yield from go_on(situation, side, Go(goals, 0.55)))
