"""Orders to steps."""

from collections.abc import Callable
from dataclasses import replace

from tandem.cell.names import SIDES, Side, other_side
from tandem.cell.plan import Arm, Step
from tandem.cell.relations import TABLE
from tandem.cell.scene import Scene
from tandem.language import arms
from tandem.language.answers import AnswerError, AskError, RefuseError, which
from tandem.language.busybox.planning import BoxOrders, as_said
from tandem.language.busybox.vocabulary import BOX_VERBS, ROLE_OF, SETTING_VERBS
from tandem.language.following import is_operated_next, is_put_next
from tandem.language.grounding import Role, resolve_all
from tandem.language.manipulation import Manipulation
from tandem.language.prohibitions import Prohibitions
from tandem.language.putting import PutOrders
from tandem.language.syntax import NO_SETTING, Action, NounPhrase
from tandem.language.telling import seen
from tandem.language.words import in_words, listing

_EACH = ("each", "every")


class Planner:
    """Plans one reading of an instruction; the arguments are those of `Manipulation`."""

    def __init__(self, scene: Scene, flips: dict[int, Side] | None = None, settled: frozenset[int] = frozenset()) -> None:
        self.work = Manipulation(scene, flips or {}, settled)
        self.world = self.work.world
        self._prohibitions = Prohibitions(self.work)
        self._puts = PutOrders(self.work)
        self._last = Action("")
        self._next: Action | None = None
        self._one_by_one = False
        self._done = 0
        self._orders: dict[str, Callable[[Action], None]] = {
            "pick": self._pick,
            "put": self._put,
            "lift": self._lift,
            "raise": self._lift,
            "hold": self._hold,
            "wait": self._wait,
            "hand": self._hand,
            "home": self._home,
            "open": self._gripper,
            "close": self._gripper,
            "empty": self._puts.empty,
            "tower": self._tower,
            "mention": self._mention,
            "repeat": self._repeat,
            "gap": self._gap,
            "forbid": lambda action: None,
            **dict.fromkeys(BOX_VERBS, BoxOrders(self.work).plan),
        }

    def run(self, actions: tuple[Action, ...]) -> tuple[Step, ...]:
        """The steps of the orders.

        Raises:
            AskError, RefuseError: they can't be planned.
            FlipError: another choice of arms may do better.
        """
        try:
            self._plan(actions)
        except AnswerError as answer:
            answer.done = self._done
            raise
        return tuple(self.work.steps)

    def _plan(self, actions: tuple[Action, ...]) -> None:
        if all(action.verb in ("forbid", "mention") for action in actions):
            raise RefuseError("not_understood", "that says only what not to do; say what should be done")
        self.world.category = next((ROLE_OF[action.verb] for action in actions if action.verb in ROLE_OF), "")
        constraints = [constraint for action in actions for constraint in action.constraints]
        later = [constraint for constraint in constraints if not self._prohibitions.try_add(constraint)]
        for before, action, self._next in zip((Action(""), *actions), actions, (*actions[1:], None), strict=False):
            if before.verb == "mention" and action.verb == "gap" and action.objects and not action.destinations:
                raise RefuseError(
                    "not_understood", f"I don't know what to do with {listing([p.text for p in before.objects], 'and')}"
                )
            self._orders[action.verb](action)
            self._done += 1
            if action.verb not in ("mention", "forbid", "gap", "repeat"):
                self._last = replace(action, arm=self._last.arm) if action.arm == "it" else action
        for constraint in later:
            self._prohibitions.add(constraint)
        self._prohibitions.check()

    # What is meant

    def _things(self, action: Action) -> tuple[str, ...]:
        """The objects of an order; what was spoken of last, or is in a hand, when it names none."""
        if not (action.objects or self.world.objects or self.world.all_held() or self.world.mentioned):
            names = tuple(item.name for item in self.world.scene if item.category in self.world.movable)
            if len(names) < 2:
                return names or self._nothing_here()
            raise which(names, self.world)
        several = len(self.world.objects) > 1
        phrases = action.objects or (NounPhrase("it", "them" if several else "it"),)
        if several and self._one_by_one:
            phrases = tuple(replace(p, kind="them") if p.kind == "it" else p for p in phrases)
        names = resolve_all(phrases, self.world, "moved")
        if TABLE in names:
            raise RefuseError("impossible", "the table stays where it is")
        self._one_by_one = any(phrase.text.startswith(_EACH) or phrase.kind == "them" for phrase in phrases)
        broad = any(phrase.quantifier == "all" or phrase.plural for phrase in phrases)
        return tuple(name for name in names if not (broad and name in self.work.forbidden))

    def _nothing_here(self) -> tuple[str, ...]:
        raise RefuseError("unknown_object", f"there is nothing that I could move; {seen(self.world)}")

    def _side(self, action: Action, name: str = "") -> Side | None:
        """The arm that an order names for something that one hand does."""
        return arms.one_side(action.arm, self.world, name)

    def _one_hand_each(self, action: Action, names: tuple[str, ...]) -> None:
        if len(names) > 1 and action.arm not in ("", "any", "both"):
            raise RefuseError("impossible", "one hand can hold only one thing")
        if len(names) > len(SIDES):
            raise RefuseError("impossible", f"two hands can't hold {len(names)} things")
        if len(names) == 1 and action.arm == "both" and self.world.scene[names[0]].category in self.world.movable:
            raise RefuseError("impossible", f"{in_words(names[0])} is too small for both hands")

    # Orders

    def _gap(self, action: Action) -> None:
        """An order without a verb takes that of the one before."""
        verb = self._last.verb
        if verb in BOX_VERBS and not action.destinations:
            self._last = as_said(action, self._last)
            self._orders[self._last.verb](self._last)
            return
        parts = {self.world.scene[name].category for name in self.world.objects}
        if action.setting != NO_SETTING and not action.objects and len(parts) == 1 and parts <= set(SETTING_VERBS):
            self._last = replace(action, verb=SETTING_VERBS[parts.pop()])  # ``top slider: 4``
            self._orders[self._last.verb](self._last)
            return
        if action.setting != NO_SETTING or not (action.destinations or action.objects or action.constraints):
            raise RefuseError("not_understood", "I don't know what should be done")
        if action.destinations:
            verb = "tower" if verb == "tower" and action.objects else "put"
        elif verb not in ("pick", "lift", "hold"):
            raise RefuseError(
                "not_understood", f"I don't know what to do with {listing([p.text for p in action.objects], 'and')}"
            )
        self._last = replace(action, verb=verb)
        self._orders[verb](self._last)

    def _mention(self, action: Action) -> None:
        role: Role = ROLE_OF.get(self._next.verb, "moved") if self._next is not None else "moved"
        self.world.objects = resolve_all(action.objects, self.world, role)

    def _repeat(self, action: Action) -> None:
        if self._last.verb not in (("put", "pick", "lift") if action.objects else ()) + BOX_VERBS:
            raise RefuseError("not_understood", "I don't know what 'the same' is")
        self._orders[self._last.verb](replace(self._last, objects=action.objects))

    def _pick(self, action: Action, names: tuple[str, ...] = ()) -> None:
        if is_operated_next(action, self._next):
            self._mention(action)
            return
        names = names or self._things(action)
        if len(names) > len(SIDES) and is_put_next(self._next):
            self.world.objects = names
            return
        self._one_hand_each(action, names)
        for name in self.world.most_urgent_first(names):
            if self.world.scene[name].category == "tray":
                self._lift_one(name, action)
                continue
            self.work.must_be_movable(name, "picked up")
            side = self._side(action, name)
            if not self.world.holder(name):
                self.work.take(name, side)
            elif side is not None:
                self.work.hand_over(name, side)
        self.world.handle(names)

    def _lift(self, action: Action) -> None:
        names = self._lifted(action)
        movable = all(self.world.scene[name].category in self.world.movable for name in names)
        if movable and not action.height and self._next is not None and self._next.verb in ("put", "hand", "gap", "tower"):
            self._pick(action, names)
            return
        self._one_hand_each(action, names)
        for name in names:
            self._lift_one(name, action)
        self.world.handle(names)

    def _lifted(self, action: Action) -> tuple[str, ...]:
        """The objects of a lift; something that both hands lift is the tray, where the words leave it open."""
        phrases = action.objects
        vague = not phrases or phrases[0].kind == "it" or (phrases[0].category in ("thing", "one") and not phrases[0].colours)
        trays = tuple(item.name for item in self.world.scene if item.category == "tray")
        if vague and action.arm == "both" and len(trays) == 1:
            return trays
        return self._things(action)

    def _lift_one(self, name: str, action: Action) -> None:
        if self.world.scene[name].category != "tray":
            self.work.lift_alone(name, self._side(action, name), action.height)
            return
        if self._side(action) is not None:
            raise RefuseError("impossible", f"{in_words(name)} needs both hands")
        self.work.lift_together(name, action.height)

    def _hold(self, action: Action) -> None:
        if is_operated_next(action, self._next):
            self._mention(action)
            return
        held = self.world.all_held()
        names = self._things(action) if action.objects or self.world.objects or not held else held
        self._one_hand_each(action, names)
        for name in names:
            if self.world.scene[name].category == "tray":
                self._lift_one(name, replace(action, height=0.0))
            elif not self.world.holder(name):
                self.work.must_be_movable(name, "held")
                self.work.take(name, self._side(action))
            elif (side := self._side(action, name)) is not None:
                self.work.hand_over(name, side)
            self.work.add("hold", self.world.holder(name) or "both", name, duration=action.duration)
        self.world.handle(names)

    def _wait(self, action: Action) -> None:
        held = self.world.all_held()
        if not held:
            raise RefuseError("impossible", "I can wait only with something in a hand")
        for name in held:
            self.work.add("hold", self.world.holder(name) or "both", name, duration=action.duration)

    def _hand(self, action: Action) -> None:
        if action.giver == "person":
            raise RefuseError("impossible", "I don't take things from people; put it on the table, and say where it goes")
        if action.taker == "person":
            self._give(action)
            return
        names = self._things(action)
        if len(names) != 1:
            raise RefuseError("impossible", "only one thing at a time can be handed over")
        name = names[0]
        self.work.must_be_movable(name, "handed over")
        taker, giver = self._hands_of(action, name)
        holder = self.world.holder(name)
        if holder == taker:
            self.work.reconsider(name)
        if not holder:
            self.work.take(name, giver or other_side(taker))
        elif giver and holder != giver:
            raise RefuseError("impossible", f"{in_words(name)} is in the {holder} hand, not in the {giver} hand")
        self.work.hand_over(name, taker)
        self.world.handle(names)

    def _hands_of(self, action: Action, name: str) -> tuple[Side, Side | None]:
        """Taker and giver of a hand-over; the giver is None when it wasn't said."""
        holder = self.world.holder(name)
        giver = (
            None if action.giver in ("", "any", "same", "free", "other") else arms.side_named(action.giver, self.world, holder)
        )
        taker = None if action.taker in ("", "any", "other") else arms.side_named(action.taker, self.world, holder)
        if giver is None and taker is None:
            giver = arms.side_named(holder, self.world) or self.work.choose(name, None)
        if taker is None:
            taker = other_side(giver or "left")
        if taker == giver:
            raise RefuseError("impossible", f"{in_words(name)} can't be handed from the {giver} hand to itself")
        return taker, giver

    def _give(self, action: Action) -> None:
        """Hold something out to a person."""
        names = self._things(action)
        if len(names) != 1:
            raise RefuseError("impossible", "I can hold out only one thing at a time; ask for the next one when you have it")
        side = arms.side_named(action.giver or action.arm, self.world, self.world.holder(names[0]))
        self.work.must_be_movable(names[0], "handed to you")
        self.work.hold_out(names[0], side)
        self.world.handle(names)

    def _home(self, action: Action) -> None:
        self.work.add("home", self._side(action) or "both")

    def _gripper(self, action: Action) -> None:
        opening = action.verb == "open"
        if action.arm == "it":  # ``open the left gripper and close it``
            if self._last.verb not in ("open", "close", "move_hand"):
                raise RefuseError("not_understood", f"I don't know what to {action.verb}")
            action = replace(action, arm=self._last.arm)
        holding = [side for side in SIDES if self.world.held(side)]
        sides = list(SIDES) if action.arm == "both" else [side for side in [self._side(action)] if side]
        if not sides and self.work.steps and not holding and self.work.steps[-1].verb == "place" and opening:
            return  # it has just let go
        if not sides and len(holding) != 1:
            question = f"Which gripper should {action.verb}: the left one or the right one?"
            raise AskError(question, ("left_gripper", "right_gripper"))
        sides = sides or holding
        held = tuple(dict.fromkeys(self.world.held(side) for side in sides if self.world.held(side)))
        for name in held if opening else ():
            self._puts.put_down(name)
        if not held:
            arm: Arm = "both" if len(sides) > 1 else sides[0]
            self.work.add("open" if opening else "close", arm)

    def _put(self, action: Action) -> None:
        names = self._things(action)
        if action.destinations[0].relation == "out" and is_put_next(self._next):
            self.world.objects = names
        else:
            self._puts.put(names, action)

    def _tower(self, action: Action) -> None:
        if self._next is not None and len(action.order) == 1 and not action.objects and not action.destinations:
            self._mention(Action("mention", (action.order[0][1],)))  # ``put the green one at the bottom and ...``
            return
        names = self._things(action) if action.objects else ()
        places = [destination.phrase for destination in action.destinations]
        if len(names) == 1 and len(places) == 1 and places[0] is not None and places[0].kind == "table":
            self._puts.put_each(names, action)
        else:
            self._puts.stack(names, action)
