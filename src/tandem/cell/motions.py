"""Little motions on the table, as plans name them: of a hand or the BusyBox in a direction, or turning the box."""

from typing import Final

DIRECTIONS: Final = {"away": (1.0, 0.0), "closer": (-1.0, 0.0), "left": (0.0, 1.0), "right": (0.0, -1.0)}
"""By their names x and y in the world, of length 1."""

SENSES: Final = {"clockwise": -1.0, "counterclockwise": 1.0}
"""By their names the sign of the change of yaw: seen from above."""

MOVED_M: Final = 0.03
"""A box that was to be moved is at least so much farther on in that direction."""

TURNED_DEG: Final = 10.0
"""One that was to be rotated, by at least so much."""
