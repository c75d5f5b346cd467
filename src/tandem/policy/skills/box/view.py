"""View the box from the top: a wrist camera looks straight down on it, and the other hand is out of the way."""

import numpy as np

from tandem.cell import names
from tandem.cell.names import Side, other_side
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.policy.skills.actions import Go, Goal, Skill, SkillFailure, Until
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.recovery import first_that_works, send_home
from tandem.policy.skills.situation import Situation, in_words
from tandem.policy.skills.ways import Way, easiest_way

_HEIGHTS_M = (0.46, 0.42, 0.38, 0.34)
"""Of the camera above the table, the best first: from the first it sees the box with its handles whole."""

_TURNS = tuple(float(turn) for turn in np.linspace(-np.pi, np.pi, 12, endpoint=False))

_LOOKING_S = 1.0
"""So long it looks; the hand stays there [s]."""


def view(situation: Situation, step: Step) -> Skill:
    """Look at ``step.object`` from above with the camera of ``step.arm``."""
    side = one_arm(step)
    note = f"viewing {in_words(step.object)} from above with the {side} camera"
    yield from send_home(situation, (other_side(side),))
    report, _ = yield from first_that_works(
        situation,
        side,
        lambda: _ways(situation, side, step.object),
        lambda way: Go((Goal(joints=way.joints, note=note),), progress=0.8),
    )
    if not report.ok:
        raise SkillFailure(f"can't view {in_words(step.object)} from above: {report.reason}")
    until = situation.observation.stamp + _LOOKING_S
    yield Until(lambda seen: seen.stamp >= until, _LOOKING_S + 1.0, note=note, progress=0.95)


def _ways(situation: Situation, side: Side, name: str) -> list[Way]:
    """Ways to have the camera above the middle of a thing, the highest first, turned as is easiest.

    Raises:
        SkillFailure: there is none.
    """
    x, y, _ = situation.object(name).pose.position
    optical = situation.robot.frame_pose(situation.commanded, names.optical_frame(names.WRIST_CAMERA[side]))
    in_camera = optical.inverse @ situation.tcp(side)
    for height in _HEIGHTS_M:
        ways = [
            way
            for turn in _TURNS
            if (way := easiest_way(situation, {side: (_looking_down((x, y, height), turn) @ in_camera,)})) is not None
        ]
        if ways:
            return sorted(ways, key=lambda way: way.effort)
    raise SkillFailure(f"the {side} arm can't hold its camera above {in_words(name)}")


def _looking_down(place: tuple[float, float, float], turn: float) -> Pose:
    """Of a camera there: z down, its image's up turned from the world's x axis."""
    return Pose.from_xyz_rpy(place, (0.0, 0.0, turn)) @ Pose.from_xyz_rpy((0.0, 0.0, 0.0), (np.pi, 0.0, -np.pi / 2))
