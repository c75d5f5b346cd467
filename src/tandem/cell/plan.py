"""What a sentence becomes: steps that a policy can carry out and perception can verify."""

from dataclasses import dataclass
from typing import Final, Literal

Arm = Literal["left", "right", "both"]

Verb = Literal[
    "pick",
    "place",
    "hand_over",
    "lift",
    "hold",
    "give",
    "insert",
    "home",
    "open",
    "close",
    "press",
    "slide",
    "turn",
    "flip",
    "pull",
    "plug",
    "move",
    "rotate",
    "view",
    "move_hand",
]

STATE_VERBS: Final = ("slide", "turn", "flip", "pull", "plug")
"""Verbs that bring a part of the BusyBox to a state in which it stays."""

PART_VERBS: Final = ("press", *STATE_VERBS)
"""Verbs of its parts: a button springs back."""

WHOLE_VERBS: Final = ("move", "rotate")
"""Verbs of the whole box that leave it somewhere else."""


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        verb: ``pick`` an object; ``place`` what the arm holds (``object``) at ``relation`` ``target``; ``hand_over`` the object
            from ``arm`` to ``target`` (``left`` or ``right``); ``lift`` an object (``arm`` both: with both hands); ``hold`` it
            for ``duration`` seconds; ``give``: hold what the arm holds out to a person, above ``marks.HAND_OUT``; ``home``;
            ``open`` or ``close`` a gripper; ``insert`` what the arm holds into the socket ``target`` that the other hand holds.
            On the BusyBox: ``press`` a button; ``slide`` a slider, ``turn`` the knob, ``flip`` a switch to ``setting``;
            ``pull`` a wire out, ``plug`` it in; ``move`` the box in the direction ``relation``, ``rotate`` it ``clockwise``
            or ``counterclockwise`` (``relation``); ``view`` it from above. ``move_hand``: in the direction ``relation``.
        arm: which arm or arms.
        object: the scene name of the object that is handled, or empty.
        target: the scene name of the reference object, ``table``, an arm, or empty.
        relation: ``in``, ``on``, ``left_of``, ``right_of``, ``in_front_of``, ``behind``, ``next_to``, or empty; seen by a person
            who sits behind the robots: left is +y, behind is +x (farther from the robots), in front is -x. Directions of
            motions: ``away`` (+x), ``closer`` (-x), ``left``, ``right``, ``clockwise``, ``counterclockwise`` (seen from above).
        height: how high to lift above where it stands [m]; 0 for the default.
        duration: how long to hold [s]; 0 for the default.
        setting: the state to bring a part to: ``1`` to ``6``, ``on``, ``off``.
        text: the step in words, as shown to people and given to a learned policy.
    """

    verb: Verb
    arm: Arm
    object: str = ""
    target: str = ""
    relation: str = ""
    height: float = 0.0
    duration: float = 0.0
    text: str = ""
    setting: str = ""


@dataclass(frozen=True)
class TaskPlan:
    """The steps of an instruction, in order."""

    instruction: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Question:
    """The instruction fits several things; ``candidates`` are their scene names."""

    instruction: str
    question: str
    candidates: tuple[str, ...]


@dataclass(frozen=True)
class Refusal:
    """The instruction can't or must not be done.

    Attributes:
        code: ``not_understood``, ``unknown_object``, ``impossible`` or ``unsafe``.
        reason: why, in words that help to say it better.
    """

    instruction: str
    code: Literal["not_understood", "unknown_object", "impossible", "unsafe"]
    reason: str


Parsed = TaskPlan | Question | Refusal
