"""Plug a wire in: fingers take its loose plug as it leans, put it upright over its jack by touch, and find the hole by touch."""

from collections.abc import Generator
from dataclasses import replace

from tandem.cell.busybox.parts import BOX, PLUG_CATEGORY
from tandem.cell.busybox.state import ROW_NAMES
from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import SLOW, Action, Go, Goal, Report, Skill, SkillFailure, Until
from tandem.policy.skills.box.approach import approach
from tandem.policy.skills.box.felt import LISTENING_S
from tandem.policy.skills.box.find_jack import OVER_RIM_M, find_jack
from tandem.policy.skills.box.hands import (
    OVER_M,
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
from tandem.policy.skills.box.plug_places import RELEASE_M, UP_M, between, on_rim, seated, uprights, ways_down
from tandem.policy.skills.box.plug_room import RADIUS_M, plugs_around
from tandem.policy.skills.box.pull import GRIP_M
from tandem.policy.skills.holding import closed_on_something
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.situation import Situation, in_words, raised
from tandem.policy.skills.ways import easiest_way

_CARRYING = 0.7
"""Speed above everything; see ``PlanRequest.speed``."""

_TAKES = 3
"""So often a plug is taken, where the hand pushes it away."""

_ASKEW_M = 0.0015
"""Fingers that are so much wider apart than a plug have it lying across."""


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
    report, taken = yield from _take(situation, side, loose, contacts)
    if taken is None:
        raise SkillFailure(f"can't take {in_words(name)}: {report.reason}")
    if report.ok:
        report = yield from _plug_in(situation, taken, name, in_words(step.object))
    yield from let_go_and_leave(situation, side, RADIUS_M + RELEASE_M, taken.contacts)
    if not report.ok:
        raise SkillFailure(report.reason)


def _take(
    situation: Situation, side: Side, loose: SceneObject, contacts: tuple[ContactPair, ...]
) -> Generator[Action, Report, tuple[Report, Descent | None]]:
    """Look at a loose plug and close on it, again where it was pushed away; how it ended, and the way that was taken."""
    name, words = loose.name, in_words(loose.name)
    report, taken = Report(False), None
    for _ in range(_TAKES):
        report, taken = yield from approach(
            situation,
            side,
            name,
            lambda: ways_down(situation, side, name, contacts),
            lambda descent: come_down(descent, name, descent.opening, 0.4),
            lambda: look_closely(situation, side, name),
        )
        if taken is None or not report.ok:
            return report, None
        close = Goal(grippers={side: loose.size[0] / 2 - GRIP_M}, contacts=taken.contacts, note=f"taking {words}")
        report = yield Go((close,), 0.45)
        wrong = _taken_wrongly(situation, side, words)
        if not report.ok or not wrong:
            return report, taken
        report = Report(False, reason=wrong)
        yield from _back_off(situation, taken, f"{wrong}: backing off")
    return report, None


def _taken_wrongly(situation: Situation, side: Side, words: str) -> str:
    """What is wrong with how a hand has a plug, by how far its fingers have closed; empty if nothing is."""
    if not closed_on_something(situation, side):
        return f"the {side} hand closed beside {words}"
    return f"the {side} hand has {words} askew" if situation.travel(side) > RADIUS_M + _ASKEW_M else ""


def _back_off(situation: Situation, taken: Descent, note: str) -> Generator[Action, Report, Report]:
    """Let go and rise above everything."""
    loosen = Goal(grippers={taken.side: taken.opening}, contacts=taken.contacts, note=note)
    yield Go((loosen,), 0.45)
    up = Goal(tcp={taken.side: raised(situation.tcp(taken.side), OVER_M)}, straight=True, contacts=taken.contacts, note=note)
    return (yield Go((up,), 0.1))


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
    # The cable may have turned it in the hand, and may draw the box along.
    in_hand = felt_again(situation, side, in_hand)
    down = _nearest(situation, name, in_hand, down)
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
    down = _nearest(situation, name, in_hand, down)
    return (yield from find_jack(situation, replace(taken, places=(*taken.places[:-1], down)), words))


def _nearest(situation: Situation, name: str, in_hand: Pose, near: Pose) -> Pose:
    """The tcp of a hand that has a plug upright on the rim of its jack, where that is by now; turned like another."""
    return min(uprights(on_rim(situation, name), in_hand, plugs_around(situation, name), near), key=near.turn_to, default=near)


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
