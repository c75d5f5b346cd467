"""Orders that say where things go: each for itself, on top of each other, down, out of what they are in."""

from itertools import pairwise

from tandem.cell.relations import TABLE
from tandem.language import arms
from tandem.language.answers import RefuseError
from tandem.language.goals import Goal, goal_of
from tandem.language.grounding import resolve_one
from tandem.language.manipulation import Manipulation
from tandem.language.syntax import Action, NounPhrase
from tandem.language.towers import tower_order
from tandem.language.words import in_words, relation_in_words


class PutOrders:
    """Plans where things go, with the other steps of an instruction."""

    def __init__(self, work: Manipulation) -> None:
        self._work, self._world = work, work.world

    def put(self, names: tuple[str, ...], action: Action) -> None:
        """Put things where an order says; stack them where that carries only one.

        Raises:
            AskError, RefuseError: it isn't known where that is; it can't be done.
        """
        place = action.destinations[0].phrase
        if (
            len(names) > 1
            and place is not None
            and place.kind == "it"
            and goal_of(action.destinations[0], self._world)[1] in names
        ):
            raise RefuseError("not_understood", f"I don't know what '{place.text}' stands for")
        if len(action.destinations) > 1 or (len(names) > 1 and self._carries_one(action, names)):
            self.stack(names, action)
        else:
            self.put_each(names, action)

    def put_each(self, names: tuple[str, ...], action: Action) -> None:
        """Put things where an order says, each for itself."""
        destination = action.destinations[0]
        for name in self._world.most_urgent_first(names):
            if destination.relation == "down" and not self._world.holder(name):
                continue  # it has been let go of already
            tray = self._world.scene[name].category == "tray"
            if not tray:
                self._work.must_be_movable(name, "moved")
            if destination.relation == "under" and destination.phrase is not None and not tray:
                self._put_under(name, destination.phrase, action)
                continue
            goal = goal_of(destination, self._world, name)
            if tray:
                self._put_tray(name, goal)
            else:
                self._work.bring(name, goal, arms.one_side(action.arm, self._world, name))
            self._world.destination = goal
        self._world.handle(names)

    def stack(self, names: tuple[str, ...], action: Action) -> None:
        """Stack things: what goes on top is put there last."""
        order = tower_order(action, self._world, names)
        for lower, upper in pairwise(order):
            self._work.must_be_movable(upper, "stacked")
            if self._world.scene[lower].category not in (*self._world.movable, "tray"):
                raise RefuseError("impossible", f"nothing can be stacked on {in_words(lower)}")
            self._work.bring(upper, ("on", lower), arms.one_side(action.arm, self._world, upper))
            self._world.destination = ("on", lower)
        self._world.handle(order[1:])

    def put_down(self, name: str) -> None:
        """Put what is held on the table."""
        if self._world.holder(name) == "both":
            self._work.set_down(name)
        else:
            self._work.bring(name, ("on", TABLE))

    def empty(self, action: Action) -> None:
        """Put all that lies in something, or on the table, elsewhere."""
        phrase, world = action.objects[0], self._world
        if phrase.kind == "table":
            names = tuple(o.name for o in world.scene if o.category in world.movable and world.whereabouts(o.name)[0] == "on")
        else:
            names = world.contents(resolve_one(phrase, world, "container"))
        self.put_each(tuple(name for name in names if name not in self._work.forbidden), action)

    def _carries_one(self, action: Action, names: tuple[str, ...]) -> bool:
        """Whether the destination carries only one thing, so that several must be stacked on it."""
        destination = action.destinations[0]
        if destination.relation != "on" or destination.phrase is None or destination.phrase.kind == "table":
            return False
        target = goal_of(destination, self._world)[1]
        return target not in (TABLE, *names) and self._world.scene[target].category in self._world.movable

    def _put_under(self, name: str, phrase: NounPhrase, action: Action) -> None:
        """What goes under something ends up with that on it."""
        upper = resolve_one(phrase, self._world, "moved", like=name)
        if upper == TABLE or self._world.scene[upper].category not in self._world.movable:
            raise RefuseError("impossible", f"nothing can be put under {in_words(upper)}")
        self._work.bring(upper, ("on", name), arms.one_side(action.arm, self._world, upper))

    def _put_tray(self, name: str, goal: Goal) -> None:
        relation, target = goal
        if goal == ("on", TABLE):
            self._work.set_down(name)
        elif relation in ("in", "on") or target == TABLE:
            where = f"{relation_in_words(relation)} {in_words(target)}"
            raise RefuseError("impossible", f"{in_words(name)} can't be put {where}; it stands on the table, beside other things")
        else:
            self._work.carry_together(name, goal)
