"""What buttons, sliders, the knob and switches press back with, by where they are. Forces [N; N m] along their joints."""

from math import pi, radians, sin, tau

from tandem.sim.busybox.building import settings

_CLICK, _PAST = 0.5, 0.63
"""Of a button's travel: where it gives way, and where it has given way."""

_AFTER, _BOTTOM = 0.6, 0.9
"""Of the force at the click: just after it, and at the end of the travel."""

PRESSED = 0.6
"""A button is down when it went this part of its travel: just after the click."""


def button(depth: float) -> float:
    """A button's spring, by how deep it is pressed [m]: it rises, gives way with a click, and rises again.

    It begins at nothing, so that a released cap rests on its spring and not on a stop.
    """
    own = settings()["buttons"]
    force, part = float(own["force"]), depth / float(own["travel"])
    if part <= _CLICK:
        return -force * part / _CLICK
    if part <= _PAST:
        return -force * (1.0 - (1.0 - _AFTER) * (part - _CLICK) / (_PAST - _CLICK))
    return -force * (_AFTER + (_BOTTOM - _AFTER) * (part - _PAST) / (1.0 - _PAST))


def slider(x: float) -> float:
    """A slider is drawn into the nearest detent, x in the module's frame [m]."""
    own = settings()["sliders"]
    first, second = own["positions"][:2]
    return -float(own["force"]) * sin(tau * (x - first) / (second - first))


def knob(angle: float) -> float:
    """The knob is turned into the nearest detent [rad]."""
    own = settings()["knob"]
    return -float(own["torque"]) * sin(own["numbers"] * angle)


def switch(tilt: float) -> float:
    """A lever is driven away from the middle, most of all half way, and rests at the end of its travel [rad]."""
    own = settings()["switches"]
    end = radians(float(own["lever"]["tilt"]))
    return float(own["force"]) * float(own["lever"]["length"]) * sin(pi * tilt / end)
