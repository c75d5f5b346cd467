"""Move a hand a little way through the air."""

import numpy as np

from tandem.cell.motions import DIRECTIONS
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.policy.skills.actions import Go, Goal, Skill, SkillFailure
from tandem.policy.skills.pick import one_arm
from tandem.policy.skills.situation import Situation

FAR_M = 0.10
"""How far."""

_SHARES = (1.0, 0.75, 0.5)
"""Of that, where it is in the way of something, or out of reach."""

_SPEED = 0.5


def move_hand(situation: Situation, step: Step) -> Skill:
    """Move the hand ``step.arm`` straight in the direction ``step.relation``, with what it holds, as it is turned."""
    side = one_arm(step)
    if step.relation not in DIRECTIONS:
        raise SkillFailure(f"a hand can't be moved '{step.relation}'")
    way = np.array([*DIRECTIONS[step.relation], 0.0])
    here = situation.tcp(side)
    reason = ""
    for straight, share in ((True, _SHARES[0]), (False, _SHARES[0]), (True, _SHARES[1]), (True, _SHARES[2])):
        x, y, z = (float(value) for value in np.array(here.position) + share * FAR_M * way)
        note = f"moving the {side} hand {step.relation}"
        goal = Goal(tcp={side: Pose((x, y, z), here.quaternion)}, straight=straight, speed=_SPEED, note=note)
        report = yield Go((goal,), 0.9)
        if report.ok:
            return
        reason = report.reason
        if report.moved:
            break
    raise SkillFailure(reason)
