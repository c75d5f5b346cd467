"""Places of the cell that have a name, and a ring painted on the table."""

from dataclasses import dataclass
from functools import cache

from tandem.cell import description

HAND_OUT = "hand_out"
"""Where things are held out to people."""


@dataclass(frozen=True)
class MarkedPlace:
    """A spot on the table.

    Attributes:
        position: of its middle in the world, x and y [m].
        height: at which the middle of what is held out there is above the table [m].
        radius: of the ring around it [m]; what is there has its middle above the ring.
    """

    position: tuple[float, float]
    height: float
    radius: float

    def is_below(self, point: tuple[float, float, float]) -> bool:
        """Whether a point of the world is above the ring, at three quarters of the height or more."""
        away = ((point[0] - self.position[0]) ** 2 + (point[1] - self.position[1]) ** 2) ** 0.5
        return away <= self.radius and point[2] >= 0.75 * self.height


@cache
def marked_place(name: str) -> MarkedPlace:
    """The place of that name in config/cell.yaml.

    Raises:
        KeyError: there is none.
    """
    places = description.settings("cell.yaml")["marked_places"]
    if name not in places:
        raise KeyError(f"no marked place named '{name}' in config/cell.yaml; there are {', '.join(places)}")
    entry = places[name]
    x, y = entry["position"]
    return MarkedPlace((float(x), float(y)), float(entry["height"]), float(entry["radius"]))


def marked_places() -> tuple[MarkedPlace, ...]:
    """All of them."""
    return tuple(marked_place(name) for name in description.settings("cell.yaml")["marked_places"])
