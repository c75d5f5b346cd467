"""What buttons, sliders, the knob and switches press back with, by where they are. Forces [N; N m] along their joints.

At rest each is exactly zero, so that the simulation can let a box sleep that nobody touches.
"""

from math import pi, radians, sin, tau

from tandem.sim.busybox.building import settings

_CLICK, _PAST = 0.5, 0.63
"""Of a button's travel: where it gives way, and where it has given way."""

_AFTER, _BOTTOM = 0.6, 0.9
"""Of the force at the click: just after it, and at the end of the travel."""

_NOTHING = 1e-3

PRESSED = 0.6
"""A button is down when it went this part of its travel: just after the click."""


def button_spring() -> float:
    """Stiffness of a button's spring up to the click [N/m]; it begins at nothing: a released cap rests on it, not on a stop."""
    own = settings()["buttons"]
    return float(own["force"]) / (_CLICK * float(own["travel"]))


def button(depth: float) -> float:
    """What comes to a button's spring, by how deep it is pressed [m]: it gives way with a click, and rises again."""
    own = settings()["buttons"]
    force, part = float(own["force"]), depth / float(own["travel"])
    if part <= _CLICK:
        return 0.0
    if part <= _PAST:
        pressed = 1.0 - (1.0 - _AFTER) * (part - _CLICK) / (_PAST - _CLICK)
    else:
        pressed = _AFTER + (_BOTTOM - _AFTER) * (part - _PAST) / (1.0 - _PAST)
    return force * (part / _CLICK - pressed)


def slider(x: float) -> float:
    """A slider is drawn into the nearest detent, x in the module's frame [m]."""
    own = settings()["sliders"]
    first, second = own["positions"][:2]
    return -float(own["force"]) * _wave(tau * (x - first) / (second - first))


def knob(angle: float) -> float:
    """The knob is turned into the nearest detent [rad]."""
    own = settings()["knob"]
    return -float(own["torque"]) * _wave(own["numbers"] * angle)


def switch(tilt: float) -> float:
    """A lever is driven away from the middle, most of all half way, and rests at the end of its travel [rad]."""
    own = settings()["switches"]
    end = radians(float(own["lever"]["tilt"]))
    return float(own["force"]) * float(own["lever"]["length"]) * _wave(pi * tilt / end)


def _wave(angle: float) -> float:
    """Its sine, or nothing next to where it is nothing."""
    value = sin(angle)
    return value if abs(value) > _NOTHING else 0.0
