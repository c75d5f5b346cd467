"""What state the box's parts are in, and the numbers that its print says."""

from dataclasses import dataclass
from math import pi, tau
from typing import Final, Literal

from tandem.cell import description

Row = Literal["top", "bottom"]

ROW_NAMES: Final[tuple[Row, Row]] = ("top", "bottom")

BUTTON_COLOURS: Final = ("red", "blue", "green", "yellow")
WIRE_COLOURS: Final = ("black", "blue", "red", "white")
SLIDER_NUMBERS: Final = (1, 2, 3, 4, 5)
KNOB_NUMBERS: Final = (1, 2, 3, 4, 5, 6)


@dataclass(frozen=True)
class BoxState:
    """States of all parts, whoever tells them: the simulator, a real box, perception.

    Attributes:
        sliders: number of the top and of the bottom slider, 1 to 5.
        knob: 1 to 6.
        switches: whether the top and the bottom one are on.
        wires: by colour of `WIRE_COLOURS`: whether its top and its bottom plug are in their jacks.
        buttons: which of `BUTTON_COLOURS` are down now.
    """

    sliders: tuple[int, int] = (1, 1)
    knob: int = 1
    switches: tuple[bool, bool] = (False, False)
    wires: tuple[tuple[bool, bool], ...] = ((True, True),) * len(WIRE_COLOURS)
    buttons: frozenset[str] = frozenset()

    def of(self, part: str) -> str:
        """A part's state as the scene tells it (``SceneObject.state``): ``1`` to ``6``, ``on``, ``off``, ``in``, ``out``,
        ``up``, ``down``.

        Args:
            part: name of a part, as ``parts.PARTS`` has it.

        Raises:
            KeyError: no such part has a state.
        """
        _, module, name = part.split("/")
        match module:
            case "sliders":
                return str(self.sliders[ROW_NAMES.index(name)])
            case "knob":
                return str(self.knob)
            case "switches":
                return "on" if self.switches[ROW_NAMES.index(name)] else "off"
            case "wires":
                return "in" if all(self.wires[WIRE_COLOURS.index(name)]) else "out"
            case "buttons":
                return "down" if name in self.buttons else "up"
        raise KeyError(f"{part} has no state")


def slider_x(number: int) -> float:
    """Where a slider's cap is at a number, x in the module's frame [m]."""
    return float(description.settings("busybox.yaml")["sliders"]["positions"][number - 1])


def slider_number(x: float) -> int:
    """The number that is nearest to a cap there, x in the module's frame [m]."""
    return min(SLIDER_NUMBERS, key=lambda number: abs(slider_x(number) - x))


def knob_angle(number: int) -> float:
    """Of the pointer at a number, counterclockwise from the module's y axis, in (-pi, pi] [rad]."""
    angle = -(number - 1) * tau / len(KNOB_NUMBERS)
    return angle + tau if angle <= -pi else angle


def knob_number(angle: float) -> int:
    """The number that is nearest to a pointer at that angle [rad]."""
    return round(-angle / (tau / len(KNOB_NUMBERS))) % len(KNOB_NUMBERS) + 1


def lever_tilt(on: bool) -> float:
    """Of a switch's lever: its angle to the face's normal, positive to the module's right [rad]."""
    tilt = float(description.settings("busybox.yaml")["switches"]["lever"]["tilt"]) * pi / 180
    return tilt if on else -tilt
