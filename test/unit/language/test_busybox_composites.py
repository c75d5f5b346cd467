"""Orders about the BusyBox strung together by chance, in boxes laid out by chance: each becomes its step, in order."""

import random
from collections.abc import Callable

import pytest
from busybox_scenes import shuffled

from tandem.cell.plan import Step, TaskPlan
from tandem.language.parser import parse

NUMBERS = dict(zip("123456", ("one", "two", "three", "four", "five", "six"), strict=True))

Said = tuple[str, tuple[str, str, str, str]]
"""Words, and the verb, object, relation and setting that they mean."""


def press(rng: random.Random, states: dict[str, str]) -> Said:
    colour = rng.choice(("red", "blue", "green", "yellow"))
    verb = rng.choice(("press", "push", "tap", "click", "hit"))
    return f"{verb} the {colour} button", ("press", f"box/buttons/{colour}", "", "")


def number(rng: random.Random, most: int) -> tuple[str, str]:
    value = str(rng.randint(1, most))
    return value, rng.choice(("", "position ", "number ")) + rng.choice((value, NUMBERS[value]))


def slide(rng: random.Random, states: dict[str, str]) -> Said:
    row, (value, said) = rng.choice(("top", "bottom")), number(rng, 5)
    verb = rng.choice(("move", "slide", "set", "drag", "push"))
    return f"{verb} the {row} slider to {said}", ("slide", f"box/sliders/{row}", "", value)


def turn(rng: random.Random, states: dict[str, str]) -> Said:
    value, said = number(rng, 6)
    verb = rng.choice(("turn", "rotate", "set", "dial", "twist"))
    return f"{verb} the {rng.choice(('knob', 'dial'))} to {said}", ("turn", "box/knob/knob", "", value)


def turn_on(rng: random.Random, states: dict[str, str]) -> Said:
    steps, way = rng.randint(1, 3), rng.choice(("clockwise", "counterclockwise"))
    value = (int(states["box/knob/knob"]) - 1 + (steps if way == "clockwise" else -steps)) % 6 + 1
    said = f"{NUMBERS[str(steps)]} position{'s' * (steps > 1)}"
    return rng.choice((f"turn the knob {said} {way}", f"turn the knob {way} by {said}")), (
        "turn",
        "box/knob/knob",
        "",
        str(value),
    )


def flip(rng: random.Random, states: dict[str, str]) -> Said:
    row, state = rng.choice(("top", "bottom")), rng.choice(("on", "off"))
    said = rng.choice(
        (
            f"flip the {row} switch {state}",
            f"turn {state} the {row} switch",
            f"switch the {row} switch {state}",
            f"set the {row} switch to {state}",
        )
    )
    return said, ("flip", f"box/switches/{row}", "", state)


def toggle(rng: random.Random, states: dict[str, str]) -> Said:
    row = rng.choice(("top", "bottom"))
    state = "off" if states[f"box/switches/{row}"] == "on" else "on"
    return f"toggle the {row} switch", ("flip", f"box/switches/{row}", "", state)


def pull(rng: random.Random, states: dict[str, str]) -> Said:
    colour = rng.choice(("red", "blue", "black", "white"))
    verb = rng.choice(("pull", "unplug", "disconnect", "pull out", "remove", "take out"))
    return f"{verb} the {colour} {rng.choice(('wire', 'cable'))}", ("pull", f"box/wires/{colour}", "", "")


def plug(rng: random.Random, states: dict[str, str]) -> Said:
    colour = rng.choice(("red", "blue", "black", "white"))
    said = rng.choice((f"insert the {colour} wire", f"plug in the {colour} cable", f"plug the {colour} wire back in"))
    return said, ("plug", f"box/wires/{colour}", "", "")


def move(rng: random.Random, states: dict[str, str]) -> Said:
    said, way = rng.choice((("away", "away"), ("closer", "closer"), ("to the left", "left"), ("to the right", "right")))
    return f"{rng.choice(('move', 'push', 'slide', 'shift'))} the box {said}", ("move", "box", way, "")


def rotate(rng: random.Random, states: dict[str, str]) -> Said:
    way = rng.choice(("clockwise", "counterclockwise"))
    return f"{rng.choice(('rotate', 'turn', 'spin'))} the box {way}", ("rotate", "box", way, "")


ORDERS: tuple[Callable[[random.Random, dict[str, str]], Said], ...] = (
    press, slide, turn, turn_on, flip, toggle, pull, plug, move, rotate,
)  # fmt: skip

JOINED: tuple[Callable[[list[str]], str], ...] = (
    ", then ".join,
    " and then ".join,
    lambda said: ", ".join(said[:-1]) + " and " + said[-1],
    lambda said: ", ".join(said[:-1]) + ", and " + said[-1],
    lambda said: " ".join(f"{one[0].upper()}{one[1:]}." for one in said),
    "; ".join,
)


def meaning(step: Step) -> tuple[str, str, str, str]:
    return step.verb, step.object, step.relation, step.setting


@pytest.mark.parametrize("seed", range(150))
def test_orders_strung_together(seed: int) -> None:
    rng, scene = random.Random(seed), shuffled(seed)
    states = {item.name: item.state for item in scene}
    said: list[str] = []
    expected: list[tuple[tuple[str, str, str, str], str]] = []
    for _ in range(rng.randint(2, 4)):
        words, told = rng.choice(ORDERS)(rng, states)
        side = rng.choice(("", "", "left", "right"))
        said.append(words + f" with {rng.choice(('the', 'your'))} {side} {rng.choice(('gripper', 'hand'))}" * bool(side))
        state = {"pull": "out", "plug": "in"}.get(told[0], told[3])
        if not state or states[told[1]] != state:
            expected.append((told, side))
        if state:
            states[told[1]] = state
    parsed = parse(rng.choice(JOINED)(said), scene)
    assert isinstance(parsed, TaskPlan), parsed
    assert [meaning(step) for step in parsed.steps] == [told for told, _ in expected], parsed.instruction
    assert all(side in ("", step.arm) for step, (_, side) in zip(parsed.steps, expected, strict=True))
