"""Plug a wire in: fingers take its loose plug as it leans, put it upright over its jack, and find the hole by touch."""

from collections.abc import Generator, Iterator
from itertools import product

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from tandem.cell import description
from tandem.cell.busybox import parts
from tandem.cell.busybox.parts import PLUG_CATEGORY
from tandem.cell.busybox.state import ROW_NAMES, Row
from tandem.cell.names import Side
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject
from tandem.policy.skills.actions import SLOW, Action, Go, Goal, Report, Skill, SkillFailure, Until
from tandem.policy.skills.box.approach import approach
from tandem.policy.skills.box.felt import LISTENING_S
from tandem.policy.skills.box.hands import (
    HALVES,
    Descent,
    come_down,
    descents,
    frame_of,
    let_go_and_leave,
    lowest_tips,
    needs_empty_hand,
    touch_of,
)
from tandem.policy.skills.box.pull import GRIP_M
from tandem.policy.skills.grasps import FINGER_HALF_WIDTH_M, FINGERTIP_M, finger_space
from tandem.policy.skills.holding import closed_on_something
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.pushing import Push
from tandem.policy.skills.situation import Situation, in_words, raised

_RADIUS_M, _LEAST_M = 0.004, 0.0008
"""Of a plug, and the least distance from a neighbour that is aimed at."""

_ROOM_M = 0.006
"""On either side of the plug as the fingers come down."""

_LEANS = tuple(np.radians((0.0, 6.0, 12.0)))
"""By so much less than the plug the hand may lean that takes it; it then leans the other way when the plug is upright."""

_ASIDE_M = (0.0, 0.0065, -0.0065)
"""The plug may be so far off the middle of the fingers' width, where a neighbour leaves no room."""

_MOST_LEAN = float(np.radians(52.0))

_GRIP_ABOVE_M = 0.0095
"""The grasp centre is so far behind the plug's middle, at least."""

_PIECE_RAD = 0.8

_UP_M = 0.045
"""A plug is carried so far above its place."""

_OVER_RIM_M = 0.003
"""Its pin's tip is brought so far above the jack, before it feels its way down."""

_PROBING, _SINKING = 0.010, 0.025
"""Speeds outside of a hole and in it [m/s]."""

_STUCK_N = 16.0
"""A jack resists about as hard as this at most; a pin that is pushed back harder has met something else."""

_PROBE_M = 0.008
"""So far below the rim a pin is pushed, as far as it goes ..."""

_IN_M = 0.0055
"""... and has found the hole if it is this deep: deeper than the face beside the jack."""

_BEYOND_M = 0.002
"""A plug is pushed so much farther than it goes, which its jack resists."""

_WIDER_M = 0.0014
"""Radius of the first places that are tried around the jack; it grows with the root of their number."""

_TURN = 2.4
"""Angle between one such place and the next [rad]: never the same twice."""

_TRIES = 12


def plug(situation: Situation, step: Step) -> Skill:
    """Put the loose plug of the wire ``step.object`` into its jack with ``step.arm``, and bring the arm home."""
    side = one_arm(step)
    needs_empty_hand(situation, side)
    loose = _loose(situation, step.object)
    if loose is None:
        return
    name = loose.name
    # Where its neighbours stand, fingers have room beside them, but less than is kept elsewhere.
    contacts = touch_of(side, *(item.name for item in situation.scene if item.category in ("wire", PLUG_CATEGORY)))
    opening = loose.size[0] / 2 + _ROOM_M
    report, taken = yield from approach(
        situation,
        side,
        name,
        lambda: descents(situation, side, name, _with_room(situation, name), opening, contacts),
        lambda descent: come_down(descent, name, opening, 0.4),
    )
    if taken is None or not report.ok:
        raise SkillFailure(f"can't take {in_words(name)}: {report.reason}")
    close = Goal(grippers={side: loose.size[0] / 2 - GRIP_M}, contacts=taken.contacts, note=f"taking {in_words(name)}")
    report = yield Go((close,), 0.45)
    if report.ok and not closed_on_something(situation, side):
        report = Report(False, reason=f"the {side} hand closed beside {in_words(name)}")
    if report.ok:
        report = yield from _plug_in(situation, taken, in_words(step.object))
    yield from let_go_and_leave(situation, side, opening, taken.contacts)
    if not report.ok:
        raise SkillFailure(report.reason)


def _loose(situation: Situation, wire: str) -> SceneObject | None:
    """The plug of a wire that is out."""
    ends = (situation.object(f"{wire}/{row}") for row in ROW_NAMES)
    return next((item for item in ends if item.state == "out"), None)


def _places(situation: Situation, name: str) -> Iterator[tuple[Pose, ...]]:
    """Where a hand takes a plug, carries it over its jack, and has it upright on its rim; for each way to take it."""
    seen = situation.object(name)
    rim = _on_rim(situation, name)
    for aside, lean, half, turn in product(_ASIDE_M, _LEANS, HALVES, HALVES):
        hand = _around(situation, seen, lean, half, aside)
        if hand is None:
            continue
        in_hand = hand.inverse @ seen.pose
        about = rim @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, turn + half)) @ in_hand.inverse
        # A round plug may be turned about its axis: so that the fingers are where there is no neighbour.
        across = rim.rotation[:, 1]
        off = np.arctan2(np.cross(about.rotation[:, 1], across)[2], about.rotation[:, 1] @ across)
        turned = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, turn + half + float(off)))
        down = rim @ turned @ in_hand.inverse
        lifted, over = raised(hand, _UP_M), raised(down, _UP_M)
        yield hand, lifted, *between(lifted, over), over, down


def _with_room(situation: Situation, name: str) -> Iterator[tuple[Pose, ...]]:
    """Those places at which no other plug is between or under the fingers."""
    others = [item for item in situation.scene if item.category == PLUG_CATEGORY and item.name != name]
    for place in _places(situation, name):
        if all(finger_space(pose, _ROOM_M + _RADIUS_M, others) > _LEAST_M for pose in (place[0], place[-1])):
            yield place


def _around(situation: Situation, seen: SceneObject, lean: float, half: float, aside: float) -> Pose | None:
    """The tcp of a hand that leans about as the plug does, its fingers on the plug's sides, as deep as the face lets it; None
    where it would have to lean too far."""
    axis = seen.pose.rotation[:, 2]
    tilt, heading = float(np.arccos(np.clip(axis[2], -1.0, 1.0))), float(np.arctan2(axis[1], axis[0]))
    if tilt < np.radians(8.0):
        tilt, heading = 0.0, frame_of(situation, "wires").yaw
    leaning = max(tilt - lean, 0.0)
    if leaning > _MOST_LEAN:
        return None
    turned = Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, 0.0, heading)) @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (0.0, leaning, 0.0))
    turned = turned @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (np.pi, 0.0, half))
    lowest = FINGERTIP_M * np.cos(leaning) + FINGER_HALF_WIDTH_M * np.sin(leaning)
    back = max(_GRIP_ABOVE_M, (lowest_tips(situation) + lowest - seen.pose.position[2]) / np.cos(leaning))
    middle = np.array(seen.pose.position) - back * turned.rotation[:, 2] + aside * turned.rotation[:, 0]
    return Pose((float(middle[0]), float(middle[1]), float(middle[2])), turned.quaternion)


def between(first: Pose, last: Pose) -> tuple[Pose, ...]:
    """Poses evenly on the way from one to another, so near to each other that it is plain which way they turn."""
    turns = Slerp([0.0, 1.0], Rotation.from_quat([first.quaternion, last.quaternion]))
    angle = float((Rotation.from_quat(first.quaternion).inv() * Rotation.from_quat(last.quaternion)).magnitude())
    count = int(np.ceil(angle / _PIECE_RAD))
    found = []
    for share in np.arange(1, count) / max(count, 1):
        x, y, z = (float(value) for value in (1.0 - share) * np.array(first.position) + share * np.array(last.position))
        i, j, k, w = (float(value) for value in turns(share).as_quat(canonical=True))
        found.append(Pose((x, y, z), (i, j, k, w)))
    return tuple(found)


def _on_rim(situation: Situation, name: str) -> Pose:
    """Pose of a plug's middle, upright with its tip on the rim of its own jack, in the world; turned as its module."""
    *_, colour, row = name.split("/")
    end: Row = "top" if row == "top" else "bottom"
    wires = description.settings("busybox.yaml")["wires"]
    x, y, _ = parts.plug(colour, end)
    return frame_of(situation, "wires") @ Pose((x, y, float(wires["plug"]["height"]) / 2 + float(wires["jack"]["depth"])))


def _plug_in(situation: Situation, taken: Descent, words: str) -> Generator[Action, Report, Report]:
    """Carry the plug over its jack, and push it in; places around are tried where it meets the rim."""
    side, (_, *carried, rim) = taken.side, taken.places
    depth = float(description.settings("busybox.yaml")["wires"]["jack"]["depth"])
    above = raised(rim, _OVER_RIM_M)
    goals = tuple(
        Goal(tcp={side: pose}, straight=True, speed=SLOW, contacts=taken.contacts, note=f"carrying {words} over its jack")
        for pose in (*carried, above)
    )
    report = yield Go(goals, 0.55)
    if not report.ok:
        return report
    yield Until(lambda _: False, LISTENING_S, taken.contacts, f"holding {words} still")
    push = Push.tared(situation.observation, side)
    for attempt in range(_TRIES):
        aside = _WIDER_M * np.sqrt(attempt) * np.array([np.cos(_TURN * attempt), np.sin(_TURN * attempt)])
        report = yield from _probe(situation, taken, push, aside, words)
        if not report.ok:
            return report
        if rim.position[2] - _measured(situation, side).position[2] > _IN_M:
            here = situation.tcp(side)
            way = depth + _BEYOND_M - (rim.position[2] - here.position[2])
            goal = Goal(
                tcp={side: raised(here, -way)},
                straight=True,
                seconds=way / _SINKING,
                contacts=taken.contacts,
                note=f"pushing {words} in",
            )
            return (yield Go((goal,), 0.75))
    return Report(False, reason=f"{words} doesn't go into its jack")


def _probe(situation: Situation, taken: Descent, push: Push, aside: np.ndarray, words: str) -> Generator[Action, Report, Report]:
    """Above the jack, off its axis by so much, and down until something is met, or the tip is in the hole."""
    side, rim, contacts = taken.side, taken.places[-1], taken.contacts
    shift = frame_of(situation, "wires").rotation[:, :2] @ aside
    x, y, z = (float(value) for value in np.array(rim.position) + shift)
    above, down = (Pose((x, y, z + height), rim.quaternion) for height in (_OVER_RIM_M, -_PROBE_M))
    over = Goal(tcp={side: above}, straight=True, speed=SLOW, contacts=contacts, note=f"looking for the jack of {words}")
    feel = Goal(
        tcp={side: down},
        straight=True,
        seconds=(_OVER_RIM_M + _PROBE_M) / _PROBING,
        contacts=contacts,
        note=f"feeling for the jack of {words}",
    )
    if situation.tcp(side).position[2] < z + _OVER_RIM_M - 2e-4:
        report = yield Go((over,), 0.6)
        if not report.ok:
            return report
    return (yield Go((feel,), 0.65, enough=lambda seen: push.back(seen) > _STUCK_N))


def _measured(situation: Situation, side: Side) -> Pose:
    """Where a hand really is, rather than where it was sent."""
    return situation.robot.tcp_pose(situation.observation.positions, side)
