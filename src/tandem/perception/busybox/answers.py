"""What the network is shown of a cell, and what its numbers mean: the one place that training and reading share."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tandem.cell.busybox.layout import MODULES
from tandem.cell.busybox.state import ROW_NAMES, WIRE_COLOURS
from tandem.perception.busybox.patches import SIDE, Patch

TURNS: Final = 4

CHANNELS: Final = 5
"""Red, green, blue; height above the face; whether it is seen."""

HIGHEST: Final = 0.060
"""Height above the face that counts as 1 [m]."""

HALF_SLOT: Final = 0.030
"""Place of a slider's cap that counts as 1 [m]."""

KIND: Final = slice(0, len(MODULES) * TURNS)
"""Logits of which module it is and how it is turned: a module's turns stand together."""

SLIDERS: Final = slice(KIND.stop, KIND.stop + len(ROW_NAMES))
"""Where the caps are along their slots, -1 to 1. This and all that follows holds of an upright module of the kind."""

KNOB: Final = slice(SLIDERS.stop, SLIDERS.stop + 2)
"""Cosine and sine of the pointer's angle, counterclockwise from the print's y axis."""

SWITCHES: Final = slice(KNOB.stop, KNOB.stop + len(ROW_NAMES))
"""Logits of being on."""

PLUGS: Final = slice(SWITCHES.stop, SWITCHES.stop + len(WIRE_COLOURS) * len(ROW_NAMES))
"""Logits of being in, by wire; of a wire the top one first."""

COUNT: Final = PLUGS.stop

HEADS: Final[dict[str, slice]] = {"sliders": SLIDERS, "knob": KNOB, "switches": SWITCHES, "wires": PLUGS}
"""What is told of the state of a module, by its name."""


def picture(patches: Sequence[Patch]) -> NDArray[np.float32]:
    """Patches as the network's input, shape (N, CHANNELS, SIDE, SIDE); what isn't seen is grey and level."""
    shown = np.empty((len(patches), CHANNELS, SIDE, SIDE), np.float32)
    for index, patch in enumerate(patches):
        hidden = ~patch.seen
        shown[index, :3] = patch.rgb.transpose(2, 0, 1)
        shown[index, :3] /= 255.0
        shown[index, :3, hidden] = 0.5
        shown[index, 3] = patch.relief / np.float32(HIGHEST)
        shown[index, 3, hidden] = 0.0
        shown[index, 4] = patch.seen
    return shown


def kind_log_probabilities(answers: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of each module and each of its turns, from the network's numbers of shape (N, COUNT); shape (N, modules, TURNS)."""
    logits = answers[:, KIND].astype(np.float64)
    logits -= logits.max(axis=1, keepdims=True)
    return (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).reshape(-1, len(MODULES), TURNS)


def probability(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Of logits, of any shape."""
    return 1.0 / (1.0 + np.exp(-np.clip(logits.astype(np.float64), -30.0, 30.0)))
