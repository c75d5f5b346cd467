"""Which bodies may touch: pairs that the SRDF leaves out, and contacts that a step allows."""

from collections.abc import Iterable
from functools import cache
from xml.etree import ElementTree

from tandem.cell import description, names
from tandem.cell.chunk import ContactPair

Pair = frozenset[str]

_GRIPPER_LINKS = ("gripper_base_link", "finger_a_link", "finger_b_link", "wrist_camera_link")
_FINGER_LINKS = ("finger_a_link", "finger_b_link")
_ARM_LINKS = (
    "base_link_inertia",
    "shoulder_link",
    "upper_arm_link",
    "forearm_link",
    "wrist_1_link",
    "wrist_2_link",
    "wrist_3_link",
)


def _groups() -> dict[str, frozenset[str]]:
    groups: dict[str, frozenset[str]] = {}
    for side in names.SIDES:
        groups[f"{side}_fingers"] = frozenset(f"{side}_{link}" for link in _FINGER_LINKS)
        groups[f"{side}_gripper"] = frozenset(f"{side}_{link}" for link in _GRIPPER_LINKS)
        groups[f"{side}_arm"] = frozenset(f"{side}_{link}" for link in (*_ARM_LINKS, *_GRIPPER_LINKS))
    return groups


GROUPS = _groups()
"""Names that stand for several links: ``{side}_fingers``; ``{side}_gripper``, with fingers and camera; ``{side}_arm``, all."""


def bodies_of(name: str) -> frozenset[str]:
    """The links that a group stands for; any other name stands for itself."""
    return GROUPS.get(name, frozenset((name,)))


def expand(contacts: Iterable[ContactPair]) -> frozenset[Pair]:
    """All pairs of single bodies that the given contacts allow."""
    return frozenset(frozenset((a, b)) for first, second in contacts for a in bodies_of(first) for b in bodies_of(second))


@cache
def never_checked() -> frozenset[Pair]:
    """Pairs of links that the SRDF disables: neighbours, and those that cannot meet."""
    root = ElementTree.fromstring(description.srdf())
    return frozenset(frozenset((item.attrib["link1"], item.attrib["link2"])) for item in root.iter("disable_collisions"))


def side_of(body: str) -> names.Side | None:
    """The arm that a link belongs to, None for the table and for objects."""
    return next((side for side in names.SIDES if body in GROUPS[f"{side}_arm"]), None)
