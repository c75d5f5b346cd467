"""Materials of the box, by what they are for; colours come from config/busybox.yaml."""

import mujoco
import numpy as np

from tandem.cell.busybox.layout import MODULES
from tandem.cell.busybox.parts import BOX
from tandem.cell.busybox.state import BUTTON_COLOURS, ROW_NAMES, WIRE_COLOURS
from tandem.sim.busybox import prints
from tandem.sim.busybox.building import settings

METAL, DARK, RUBBER = f"{BOX}/metal", f"{BOX}/dark", f"{BOX}/rubber"

Colour = tuple[float, float, float]


def plate(module: str) -> str:
    """Of a module's shell."""
    return f"{BOX}/{module}/plate"


def face(module: str) -> str:
    """Of its face, with what is printed on it."""
    return f"{BOX}/{module}/face"


def handle(side: str) -> str:
    """Of a handle."""
    return f"{BOX}/handles/{side}"


def ring(colour: str) -> str:
    """Around a button."""
    return f"{BOX}/buttons/{colour}/ring"


def cap(colour: str) -> str:
    """Of a button."""
    return f"{BOX}/buttons/{colour}/cap"


def slider(row: str) -> str:
    """Of a slider's cap."""
    return f"{BOX}/sliders/{row}"


def arrow(row: str) -> str:
    """Of the mark on a slider's cap."""
    return f"{BOX}/sliders/{row}/arrow"


def knob_body(scheme: str) -> str:
    """Of the knob."""
    return f"{BOX}/knob/body"


def knob_edge(scheme: str) -> str:
    """Of the line along its upper edge."""
    return f"{BOX}/knob/edge"


def knob_mark(scheme: str) -> str:
    """Of the drop on it."""
    return f"{BOX}/knob/mark"


def switch_nut(scheme: str) -> str:
    """Around a lever."""
    return METAL if scheme == "first" else f"{BOX}/switches/plate"


def lever(row: str) -> str:
    """Of a switch."""
    return f"{BOX}/switches/{row}"


def jack(colour: str) -> str:
    """Of the two jacks of a wire."""
    return f"{BOX}/wires/{colour}/jack"


def sleeve(colour: str) -> str:
    """Of the two plugs of a wire."""
    return f"{BOX}/wires/{colour}/sleeve"


def cable(colour: str) -> str:
    """Of a wire's cable."""
    return f"{BOX}/wires/{colour}/cable"


def add_materials(spec: mujoco.MjSpec, scheme: str) -> None:
    """All of them, in the colours of a scheme, with their pictures."""
    told, colours = settings()["schemes"][scheme], settings()["colours"]
    for name, rgba in {METAL: (0.72, 0.70, 0.66), DARK: (0.04, 0.04, 0.045), RUBBER: (0.05, 0.05, 0.05)}.items():
        spec.add_material(name=name, rgba=(*rgba, 1.0), specular=0.7 if name == METAL else 0.1, shininess=0.7)
    for module in MODULES:
        colour = colours[told["plates"][module]]
        _add(spec, plate(module), colour)
        _add_picture(spec, face(module), prints.face(module, scheme))
    for side, name in told["handles"].items():
        _add(spec, handle(side), colours[name])
    for colour in BUTTON_COLOURS:
        _add(spec, cap(colour), colours[colour], 0.5)
        _add(spec, ring(colour), tuple(0.62 * value for value in colours[colour]), 0.6)
    for index, row in enumerate(ROW_NAMES):
        _add(spec, slider(row), colours[_one(told["slider"], index)])
        _add(spec, lever(row), colours[_one(told["switch"], index)], 0.8 if scheme == "first" else 0.2)
        _add_picture(spec, arrow(row), prints.arrow(row))
    _add_knob(spec, scheme)
    for colour in WIRE_COLOURS:
        shade = colours[colour]
        _add(spec, cable(colour), shade)
        _add(spec, sleeve(colour), tuple(0.85 * value for value in shade))
        _add(spec, jack(colour), tuple(0.7 * value for value in colours["green" if colour == "white" else colour]))


def _add_knob(spec: mujoco.MjSpec, scheme: str) -> None:
    told, colours = settings()["schemes"][scheme], settings()["colours"]
    body = colours[told["plates"]["knob"]] if scheme == "first" else colours["grey"]
    _add(spec, knob_body(scheme), body)
    _add(spec, knob_edge(scheme), colours[told["knob"]])
    _add(spec, knob_mark(scheme), colours[told["knob"]])


def _one(choice: str | list[str], index: int) -> str:
    return choice if isinstance(choice, str) else choice[index]


def _add(spec: mujoco.MjSpec, name: str, colour: Colour, shine: float = 0.25) -> None:
    spec.add_material(name=name, rgba=(*colour, 1.0), specular=shine, shininess=0.4)


def _add_picture(spec: mujoco.MjSpec, name: str, picture: prints.Picture) -> None:
    height, width, _ = picture.shape
    texture = spec.add_texture(name=name, type=mujoco.mjtTexture.mjTEXTURE_2D, width=width, height=height, nchannel=3)
    texture.data = np.ascontiguousarray(picture).tobytes()
    material = spec.add_material(name=name, rgba=(1.0, 1.0, 1.0, 1.0), specular=0.2, shininess=0.3)
    material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = name
