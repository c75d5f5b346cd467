"""Whether an object was put where it should be and left there, by the truth."""

from functools import cache

import numpy as np

from tandem.cell import contacts, description, footprint, names, relations
from tandem.cell.robot import RobotModel
from tandem.learning.evaluation.recording import Recording

_STILL_S = 0.3
_STILL_M = 0.002
"""What moves less than this during the last 0.3 s is at rest."""

_AWAY_M = 0.06
"""A gripper that let go keeps this distance from the object's centre, at its grasp centre."""

_STACK_OFF_M = 0.018
_STACK_HEIGHT_M = 0.005


def rests_in(recording: Recording, name: str, container: str) -> str:
    """Its centre is within the container's walls and below its rim, at rest and let go."""
    item, box = recording.item(name), recording.item(container)
    wall = float(description.settings("props.yaml")["bin"]["wall"])
    if not footprint.contains(box, item.pose.position[:2], wall):
        return f"{name} is not within the walls of {container}"
    if item.pose.position[2] > box.top:
        return f"{name} is {1e3 * (item.pose.position[2] - box.top):.0f} mm above the rim of {container}"
    return not_left_alone(recording, name)


def rests_on(recording: Recording, name: str, support: str) -> str:
    """It stands on the support, at most 18 mm off its centre, at rest and let go."""
    item, under = recording.item(name), recording.item(support)
    away = float(np.linalg.norm(np.subtract(item.pose.position[:2], under.pose.position[:2])))
    if away > _STACK_OFF_M:
        return f"{name} is {1e3 * away:.0f} mm beside the centre of {support}"
    gap = footprint.bottom(item) - under.top
    if abs(gap) > _STACK_HEIGHT_M:
        return f"{name} is {1e3 * gap:.0f} mm above the top of {support}"
    return not_left_alone(recording, name) or not_left_alone(recording, support)


def rests_beside(recording: Recording, name: str, relation: str, target: str) -> str:
    """The relation of `tandem.cell.relations` holds between the true poses, at rest and let go."""
    if not relations.relation_holds(relation, recording.item(name), recording.item(target)):
        x, y, z = (1e3 * value for value in np.subtract(recording.item(name).pose.position, recording.item(target).pose.position))
        return f"{name} is not {relation} {target}, but {x:.0f}, {y:.0f}, {z:.0f} mm from it in x, y, z"
    return not_left_alone(recording, name)


def rests_on_table(recording: Recording, name: str) -> str:
    """It stands on the table, at rest and let go."""
    if not relations.relation_holds("on", recording.item(name), None):
        return f"{name} does not stand on the table"
    return not_left_alone(recording, name)


def not_left_alone(recording: Recording, name: str) -> str:
    """What says that an object still moves, or that a gripper is still at it; empty when neither."""
    moved = recording.travel(name, _STILL_S)
    if moved > _STILL_M:
        return f"{name} still moves: {1e3 * moved:.1f} mm in the last {_STILL_S} s"
    touching = sorted(body for body in recording.touching(name) if contacts.side_of(body))
    if touching:
        return f"{name} is still touched by {touching[0]}"
    centre = recording.pose(name).position
    for side in names.SIDES:
        tcp = _robot().tcp_pose(recording.joints[-1], side).position
        if np.linalg.norm(np.subtract(tcp, centre)) < _AWAY_M:
            return f"the {side} gripper is still around {name}"
    return ""


@cache
def _robot() -> RobotModel:
    return RobotModel()
