"""Orders about the BusyBox to steps, one for each part that isn't already so."""

from dataclasses import replace
from typing import Final, cast

from tandem.cell.busybox.parts import BOX, HANDLE_CATEGORY
from tandem.cell.busybox.state import KNOB_NUMBERS, SLIDER_NUMBERS
from tandem.cell.motions import DIRECTIONS, SENSES
from tandem.cell.names import SIDES, Side
from tandem.cell.plan import Arm, Verb
from tandem.cell.scene import SceneObject
from tandem.language import arms
from tandem.language.answers import AskError, RefuseError
from tandem.language.busybox.orders import completed
from tandem.language.busybox.places import sorted_from
from tandem.language.busybox.vocabulary import ROLE_OF, SETTING_VERBS
from tandem.language.grounding import resolve_all
from tandem.language.manipulation import Manipulation
from tandem.language.syntax import Action, Filter, NounPhrase, Phrases, Setting
from tandem.language.words import in_words, listing

_IT: Final = NounPhrase("it", "it")
_THEM: Final = NounPhrase("them", "them", plural=True)

_NUMBERS: Final = {"slider": SLIDER_NUMBERS, "knob": KNOB_NUMBERS}

_DEGREES: Final = 360 / len(KNOB_NUMBERS)

_ONWARD: Final = ("up", "forward", "right", "clockwise")
"""Directions in which a slider's or the knob's number rises; left and right are those of the module's print."""

_AWAY: Final = {"forward": "away", "back": "closer"}
_TURNS: Final = {"left": "counterclockwise", "right": "clockwise"}

_MOVES: Final = tuple(DIRECTIONS)
_ROTATIONS: Final = tuple(SENSES)

_WIRED: Final = {"pull": "out", "plug": "in"}
"""State of a wire after it."""

_MOST_TIMES = 5

_RIGHT_TO_LEFT: Final[tuple[Side, Side]] = ("right", "left")


class BoxOrders:
    """Plans orders about the BusyBox with the other steps of an instruction."""

    def __init__(self, work: Manipulation) -> None:
        self._work, self._world = work, work.world

    def plan(self, action: Action) -> None:
        """Add the steps of one order.

        Raises:
            AskError, RefuseError: it may mean several things; it can't be done.
        """
        if action.verb == "move_hand":
            self._move_hands(action)
            return
        names = self._meant(action)
        for name in names:
            if action.verb in ("move", "rotate", "view"):
                self._whole(action, name)
            elif action.verb == "press":
                self._press(action, name)
            else:
                self._set(action, name)
        self._world.handle(names)

    def _meant(self, action: Action) -> tuple[str, ...]:
        phrases = action.objects or (_IT if len(self._world.objects) < 2 else _THEM,)
        names = self._resolved(action.verb, phrases)
        broad = any(phrase.quantifier == "all" or phrase.plural for phrase in phrases)
        names = tuple(name for name in names if not (broad and name in self._work.forbidden))
        said = [colour for phrase in phrases for colour in phrase.colours]
        if len(phrases) == 1 and len(said) > 1:  # ``the blue and red buttons``, in that order
            names = tuple(sorted(names, key=lambda name: said.index(self._world.scene[name].colour)))
        if action.setting.order:
            names = tuple(
                item.name for item in sorted_from(action.setting.order, [self._world.scene[n] for n in names], self._world.scene)
            )
        wrong = next((n for n in names if self._world.scene[n].category != ROLE_OF[action.verb]), None)
        if wrong is not None:
            raise RefuseError("impossible", f"{in_words(wrong)} is no {ROLE_OF[action.verb]}")
        return names

    def _resolved(self, verb: str, phrases: Phrases) -> tuple[str, ...]:
        """What is meant; of several wires the only one that can be pulled, or plugged in, or any that can."""
        if verb in _WIRED and len(phrases) == 1 and phrases[0].quantifier == "a":
            state = Filter("state", "in" if verb == "pull" else "out")
            try:
                return resolve_all((replace(phrases[0], filters=(*phrases[0].filters, state)),), self._world, ROLE_OF[verb])
            except RefuseError:
                pass  # all are so already
        try:
            return resolve_all(phrases, self._world, ROLE_OF[verb])
        except AskError as question:
            scene = self._world.scene
            wires = [name for name in question.candidates if name in scene and scene[name].category == "wire"]
            left = tuple(name for name in wires if scene[name].state != _WIRED.get(verb))
            if verb in _WIRED and len(phrases) == len(left) == 1:
                self._world.mention(left)
                return left
            raise

    # Parts

    def _press(self, action: Action, name: str) -> None:
        times = action.setting.times or 1
        if times > _MOST_TIMES:
            raise RefuseError("impossible", f"I press something at most {_MOST_TIMES} times in a row")
        for _ in range(times):
            self._add(action, name)

    def _set(self, action: Action, name: str) -> None:
        """Bring a part to a state; nothing if it is in it."""
        item = self._world.scene[name]
        if action.setting.start not in ("", item.state):
            raise RefuseError("impossible", f"{in_words(name)} is {_at(_known(item))}, not {_at(action.setting.start)}")
        if action.verb in _WIRED:
            state, setting = _WIRED[action.verb], ""
        else:
            state = setting = (_switched if action.verb == "flip" else _numbered)(item, action.setting)
        if item.state != state:
            self._add(action, name, setting)
            self._world.set_part(name, state)

    def _add(self, action: Action, name: str, setting: str = "") -> None:
        side = self._side(action, self._world.scene[name])
        self._work.add(cast(Verb, action.verb), side, name, setting=setting)
        self._world.arm = side

    def _side(self, action: Action, item: SceneObject) -> Side:
        """The arm that is named, if it can; else the nearer one of those that reach it with an empty hand."""
        named = arms.one_side(action.arm, self._world)
        able = [side for side in arms.nearer_sides(item) if arms.reaches(side, item.pose.position)]
        if named is not None and named not in able:
            raise RefuseError("impossible", f"the {named} arm can't reach {in_words(item.name)}")
        able = [side for side in able if side == named or (named is None and side != self._work.forbidden_hand)]
        if not able:
            raise RefuseError("impossible", f"neither arm can reach {in_words(item.name)}")
        free = [side for side in able if not self._world.held(side)]
        if not free:
            self._work.reconsider(self._world.held(able[0]))
            raise arms.busy(able[0], self._world)
        return free[0]

    # The box and the hands

    def _whole(self, action: Action, name: str) -> None:
        if action.verb == "view":
            self._work.add("view", self._side(action, self._world.scene[name]), name)
            return
        setting, moving = action.setting, action.verb == "move"
        if setting.metres or setting.degrees:
            raise RefuseError("impossible", f"I {action.verb} {in_words(name)} a little way; how far can't be chosen")
        way = (_AWAY if moving else _TURNS).get(setting.direction, setting.direction)
        ways = _MOVES if moving else _ROTATIONS
        if not way:
            raise AskError(f"Which way should I {action.verb} {in_words(name)}: {', '.join(ways[:-1])} or {ways[-1]}?", ways)
        if way not in ways:
            raise RefuseError("impossible", f"I {action.verb} {in_words(name)} {', '.join(ways[:-1])} or {ways[-1]}, not {way}")
        self._work.add("move" if moving else "rotate", self._hands(action, name), name, (way, ""))

    def _hands(self, action: Action, name: str) -> Arm:
        """Both, where none is named and each is free and reaches a handle of its own."""
        if action.arm == "both" or (action.arm == "" and self._handles_in_reach() and not self._work.forbidden_hand):
            held = next((side for side in SIDES if self._world.held(side)), None)
            if held is None:
                return "both"
            if action.arm == "both":
                raise arms.busy(held, self._world)
        return self._side(action, self._world.scene[name])

    def _handles_in_reach(self) -> bool:
        handles = [item for item in self._world.scene if item.category == HANDLE_CATEGORY and item.name.startswith(BOX)]
        handles.sort(key=lambda item: item.pose.position[1])
        return len(handles) == 2 and all(
            arms.reaches(side, handle.pose.position) for side, handle in zip(_RIGHT_TO_LEFT, handles, strict=True)
        )

    def _move_hands(self, action: Action) -> None:
        setting = action.setting
        way = _AWAY.get(setting.direction, setting.direction)
        if way not in _MOVES:
            raise RefuseError("impossible", f"I move a hand {', '.join(_MOVES[:-1])} or {_MOVES[-1]}, not {way}")
        if setting.metres:
            raise RefuseError("impossible", "I move a hand a little way; how far can't be chosen")
        if action.arm == "both":
            sides: tuple[Side, ...] = ("right", "left") if way == "right" else ("left", "right")
        else:
            side = arms.side_named(action.arm, self._world)
            if side is None:
                raise AskError("Which gripper should move: the left one or the right one?", ("left_gripper", "right_gripper"))
            sides = (side,)
        for side in sides:
            self._work.add("move_hand", side, goal=(way, ""))


def _switched(item: SceneObject, setting: Setting) -> str:
    """``on`` or ``off``: to the right, or to the left, of the module's print."""
    state = setting.value or {"right": "on", "left": "off"}.get(setting.direction, "")
    if not state:
        raise RefuseError(
            "impossible", f"{in_words(item.name)} goes to the left, off, and to the right, on; not {setting.direction}"
        )
    return state if state != "other" else "off" if _known(item) == "on" else "on"


def _numbered(item: SceneObject, setting: Setting) -> str:
    """The number that a slider or the knob is to be set to."""
    numbers = _NUMBERS[item.category]
    if setting.value:
        return _absolute(item, setting.value, numbers)
    onward = _is_onward(item, setting)
    if setting.fully:
        if item.category == "knob":
            raise RefuseError("impossible", f"{in_words(item.name)} turns without end; say to which position")
        return str(numbers[-1] if onward else numbers[0])
    steps = _steps(item, setting)
    number = int(_known(item)) + (steps if onward else -steps)
    if item.category == "knob":
        return str((number - 1) % len(numbers) + 1)
    if number not in numbers:
        raise RefuseError("impossible", f"{in_words(item.name)} is at {item.state}, and has positions 1 to {numbers[-1]}")
    return str(number)


def _is_onward(item: SceneObject, setting: Setting) -> bool:
    """Whether the number is to rise."""
    ways = _ROTATIONS if item.category == "knob" else ("right", "left")
    if not setting.direction and not (setting.steps or setting.degrees):
        numbers = tuple(str(number) for number in _NUMBERS[item.category] if str(number) != item.state)
        raise AskError(f"To which position should {in_words(item.name)} go: {listing(numbers)}?", numbers)
    if not setting.direction and setting.degrees != 180:
        raise AskError(f"Which way should {in_words(item.name)} go: {' or '.join(ways)}?", ways)
    if setting.direction in ("away", "closer"):
        raise RefuseError("not_understood", f"say to which position {in_words(item.name)} should go, not '{setting.direction}'")
    if item.category == "slider" and setting.direction in SENSES:
        raise RefuseError("impossible", f"{in_words(item.name)} doesn't turn")
    return setting.direction in ("", *_ONWARD)


def _absolute(item: SceneObject, value: str, numbers: tuple[int, ...]) -> str:
    if item.category == "slider":
        middle = numbers[len(numbers) // 2]
        if value == "other" and _known(item) in (str(numbers[0]), str(numbers[-1])):
            value = "first" if item.state == str(numbers[-1]) else "last"
        value = {"first": str(numbers[0]), "middle": str(middle), "last": str(numbers[-1])}.get(value, value)
    elif value.endswith("h"):  # the knob's positions are at the even hours of a clock, 1 at 12
        hour = int(float(value[:-1])) % 12
        value = str(hour // 2 + 1) if hour % 2 == 0 else f"{value[:-1]} o'clock"
    if value == "other":
        raise RefuseError("impossible", f"{in_words(item.name)} is at {item.state}, at neither end; say to which position")
    if value not in map(str, numbers):
        raise RefuseError("impossible", f"{in_words(item.name)} has positions 1 to {numbers[-1]}, not {value}")
    return value


def _steps(item: SceneObject, setting: Setting) -> int:
    """How many positions further; one where that isn't said."""
    if not setting.degrees:
        return setting.steps or 1
    if item.category != "knob" or setting.degrees % _DEGREES:
        raise RefuseError("impossible", f"{in_words(item.name)} goes from position to position; say to which one")
    return int(setting.degrees // _DEGREES)


def _at(state: str) -> str:
    return f"at {state}" if state.isdigit() else state


def _known(item: SceneObject) -> str:
    if not item.state:
        raise RefuseError("impossible", f"I can't see in which position {in_words(item.name)} is")
    return item.state


def as_said(action: Action, last: Action) -> Action:
    """An order without a verb of its own, after one about the box: ``and the bottom one to 4``, ``then to 5``."""
    category = next((phrase.category for phrase in action.objects), "")
    verb = SETTING_VERBS.get(category, last.verb) if action.setting.value else last.verb
    said = action.setting if action.setting != Setting() else replace(last.setting, times=0)
    setting = completed(verb, "", said)
    if setting is None or (verb == "move_hand" and action.objects):
        raise RefuseError("not_understood", f"I don't know what that is to be after '{last.verb}'")
    arm = action.arm or (last.arm if verb == "move_hand" else "")
    return replace(last, verb=verb, objects=action.objects, arm=arm, setting=setting, constraints=())
