"""Where and how two hands meet at one object: the same way every time, where it can be done, so that it can be learned."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tandem.cell import ik, names
from tandem.cell.collision import CollisionModel
from tandem.cell.names import Side, other_side
from tandem.cell.observation import Observation
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene
from tandem.policy.skills.gripping import OPEN
from tandem.policy.skills.parting import BACK_M, crossing
from tandem.policy.skills.situation import Situation, backed
from tandem.policy.skills.ways import Way, easiest_way, from_home

Array = NDArray[np.float64]

_X = (0.36, 0.43, 0.50)
_Y = (0.0, 0.06, -0.06)
_Z = (0.24, 0.31, 0.38)
_TILTS = np.radians((0.0, 20.0, 35.0))
_SWINGS = np.radians((0.0, 20.0, -20.0, 40.0, -40.0))
_ROLLS = np.radians((0.0, 90.0, 180.0, 270.0))

_TRIED = 60
"""So many meetings, of which each differs from the others in the hands' directions, are known."""

_MOST = 6
"""So many are offered."""

_AS_USUAL = 1.0
"""A way that costs so much more than usual goes through another posture of the arms [rad]."""

_ROOM = 1.5
"""Times the margins that the arms keep while they meet."""


@dataclass(frozen=True)
class Meeting:
    """Tcp poses of the two hands while both hold the object.

    Attributes:
        giver: pointing at the receiver.
        receiver: opposite, turned by 90 degrees, its grasp centre in the object's middle.
        way: to there with the receiver `BACK_M` back.
    """

    giver: Pose
    receiver: Pose
    way: Way


def meetings(situation: Situation, giver: Side, name: str, middle: tuple[float, float, float]) -> list[Meeting]:
    """Ways to meet that both arms reach, free of collision, in an order that depends on nothing but the giver.

    Args:
        situation: with what stands around.
        giver: the hand that holds the object.
        name: of the object.
        middle: of the object in the giver's tcp frame [m].
    """
    gives, takes = _candidates(giver, np.array(middle))
    usual = from_home(situation)
    found: list[tuple[bool, Meeting]] = []
    for number, place, effort in _preference(giver):
        meeting = _meeting(usual, giver, gives[number, place], takes[number, place], name)
        if meeting is not None:
            found.append((meeting.way.effort > effort + _AS_USUAL, meeting))
            if len(found) == _MOST:
                break
    return [meeting for _, meeting in sorted(found, key=lambda entry: entry[0])]


def _meeting(situation: Situation, giver: Side, gives: Array, takes: Array, name: str) -> Meeting | None:
    """The meeting at two hands' poses, shape (4, 4), None where there is no way to it."""
    receiver = other_side(giver)
    give, take = Pose.from_matrix(gives), Pose.from_matrix(takes)
    poses = {giver: (give, give, backed(give, BACK_M)), receiver: (backed(take, BACK_M), take, take)}
    way = easiest_way(situation, poses, crossing(name), _ROOM, {receiver: OPEN})
    return None if way is None else Meeting(give, take, way)


@lru_cache(maxsize=2)
def _preference(giver: Side) -> tuple[tuple[int, int, float], ...]:
    """Direction and place of meetings and the effort of getting there from home, the least first, where nothing is in the way."""
    gives, takes = _candidates(giver, np.zeros(3))
    efforts = _efforts(giver, gives) + _efforts(other_side(giver), takes)
    likely = sorted((float(row.min()), number, int(row.argmin())) for number, row in enumerate(efforts))
    robot, home = RobotModel(), home_positions()
    alone = Situation(robot, CollisionModel(robot), Observation(0.0, home, np.zeros_like(home), Scene()), home.copy())
    found = []
    for effort, number, place in likely[:_TRIED]:
        meeting = _meeting(alone, giver, gives[number, place], takes[number, place], "") if np.isfinite(effort) else None
        if meeting is not None:
            found.append((number, place, meeting.way.effort))
    return tuple(sorted(found, key=lambda entry: entry[2]))


def _candidates(giver: Side, middle: Array) -> tuple[Array, Array]:
    """Poses of the hands, both of shape (directions, places, 4, 4); the giver points across, level or a little down."""
    across = -1.0 if giver == "left" else 1.0
    gives, takes = [], []
    for tilt, swing, roll, flip in product(_TILTS, _SWINGS, _ROLLS, (1.0, -1.0)):
        approach = np.array([np.sin(swing) * np.cos(tilt), across * np.cos(swing) * np.cos(tilt), -np.sin(tilt)])
        level = np.cross([0.0, 0.0, 1.0], approach)
        level /= np.linalg.norm(level)
        closing = np.cos(roll) * level + np.sin(roll) * np.cross(approach, level)
        give, take = _frame(approach, closing), _frame(-approach, flip * np.cross(closing, approach))
        places = [np.array(place) for place in product(_X, _Y, _Z)]
        gives.append([_at(give, place - give @ middle) for place in places])
        takes.append([_at(take, place) for place in places])
    return np.array(gives), np.array(takes)


def _frame(approach: Array, closing: Array) -> Array:
    return np.stack([np.cross(closing, approach), closing, approach], axis=1)


def _at(rotation: Array, position: Array) -> Array:
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = rotation, position
    return pose


def _efforts(side: Side, poses: Array) -> Array:
    """The cheapest way of an arm from home to each pose of shape (..., 4, 4), infinite where there is none, shape (...)."""
    chain = ik.arm_chain(RobotModel(), side)
    seed = home_positions()[names.ARM_COLUMNS[side]]
    costs = ik.cost(chain, ik.wrap_near(ik.inverse(chain, poses, float(seed[5])), seed, side), seed)
    return np.asarray(np.where(np.isnan(costs), np.inf, costs).min(axis=-1))
