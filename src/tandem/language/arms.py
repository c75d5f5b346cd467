"""Which arm does what: by reach of the thing and of its place, and by what the hands hold already."""

import math
from functools import lru_cache

from tandem.cell import footprint, reach
from tandem.cell.names import SIDES, Side, other_side
from tandem.cell.places import Spot
from tandem.cell.scene import SceneObject
from tandem.cell.socket import grip_frame
from tandem.language.answers import RefuseError
from tandem.language.words import in_words
from tandem.language.world import World


class FlipError(Exception):
    """The arm that was chosen for the pick of that number stands in the way of what follows; the other one may do better."""

    def __init__(self, pick: int) -> None:
        super().__init__(f"pick {pick}")
        self.pick = pick


@lru_cache(maxsize=4096)
def _reaches(side: Side, x: float, y: float, z: float) -> bool:
    return reach.can_reach(side, (x, y, z))


def reaches(side: Side, position: tuple[float, float, float]) -> bool:
    """Whether an arm can work there from above; to the nearest 5 mm, so that answers can be remembered."""
    x, y, z = (round(float(value) / 0.005) * 0.005 for value in position)
    return _reaches(side, x, y, z)


def reaches_object(side: Side, item: SceneObject) -> bool:
    """Whether it can be picked up."""
    at = item.pose @ grip_frame(item.size) if item.category == "socket" else item.pose
    return reaches(side, at.position)


def reachable_spot(side: Side, item: SceneObject, spots: tuple[Spot, ...]) -> Spot | None:
    """The best spot that an arm can put it at."""
    return next((spot for spot in spots if reaches(side, (spot.x, spot.y, spot.support + item.size[2] / 2))), None)


def both_reach(item: SceneObject, spot: Spot) -> bool:
    """Whether each arm reaches its end of a long object that stands at the spot, turned as it is."""
    along = footprint.yaw(item) + (0.0 if item.size[0] >= item.size[1] else math.pi / 2)
    half = max(item.size[0], item.size[1]) / 2
    ends = [(spot.x + sign * half * math.cos(along), spot.y + sign * half * math.sin(along), item.size[2]) for sign in (1, -1)]
    right, left = sorted(ends, key=lambda end: end[1])
    return reaches("left", left) and reaches("right", right)


def nearer_sides(item: SceneObject, spots: tuple[Spot, ...] = ()) -> tuple[Side, Side]:
    """Both arms, first that on the side of the table where the object is; where it goes on to counts as much."""
    y = item.pose.position[1] + (spots[0].y if spots else 0.0)
    return SIDES if y >= 0.0 else (other_side(SIDES[0]), SIDES[0])


def side_named(name: str, world: World, holder: str = "") -> Side | None:
    """The arm that words such as ``other`` and ``free`` mean now; None where any will do.

    Raises:
        RefuseError: they mean none, or both.
    """
    last = holder or world.arm
    if name in ("", "any"):
        return None
    if name == "taker":
        return _as_side(world.taker)
    if name in ("other", "same"):
        if last not in SIDES:
            raise RefuseError("not_understood", f"I don't know which is the {name} hand")
        side = _as_side(last)
        return side if name == "same" else other_side(side)
    if name == "free":
        free = world.free_sides()
        if len(free) == 0:
            raise RefuseError("impossible", "neither hand is free")
        return free[0] if len(free) == 1 else None
    return _as_side(name)


def one_side(name: str, world: World, item: str = "") -> Side | None:
    """The arm that is named for something that one hand does, with the object ``item``; None where any will do.

    Raises:
        RefuseError: the words mean none.
    """
    return None if name == "both" else side_named(name, world, world.holder(item) if item else "")


def _as_side(name: str) -> Side:
    if name == "left":
        return "left"
    if name == "right":
        return "right"
    raise RefuseError("impossible", "one hand is needed for this" if name == "both" else f"I don't know which hand '{name}' is")


def busy(side: Side, world: World) -> RefuseError:
    """The refusal for a hand that holds something else."""
    return RefuseError("impossible", f"the {side} hand already holds {in_words(world.held(side))}")
