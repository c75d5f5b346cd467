"""The steps that single things need, on a world that changes with each: take, pass on, put, lift."""

from dataclasses import replace

from tandem.cell import description
from tandem.cell.marks import HAND_OUT, marked_place
from tandem.cell.names import SIDES, Side, other_side
from tandem.cell.places import Spot, place_spots
from tandem.cell.plan import Arm, Step, Verb
from tandem.cell.props import is_round
from tandem.cell.relations import TABLE
from tandem.cell.scene import Scene
from tandem.language import arms
from tandem.language.answers import RefuseError
from tandem.language.arms import FlipError
from tandem.language.goals import Goal
from tandem.language.words import in_words, relation_in_words, step_in_words
from tandem.language.world import World, named_categories

WIDEST = 2 * (float(description.settings("cell.yaml")["gripper"]["open"]) - 0.005)
"""A hand that comes down on something needs 5 mm of room on either side [m]."""


class Manipulation:
    """Collects steps.

    Args:
        scene: as it is now.
        flips: arms for some of the picks that name none, by the number of the pick.
        settled: numbers of picks whose arm stays, whatever comes.
    """

    def __init__(self, scene: Scene, flips: dict[int, Side], settled: frozenset[int]) -> None:
        self.world = World(scene)
        self.steps: list[Step] = []
        self.forbidden: set[str] = set()
        self.forbidden_hand = ""
        self.chosen: dict[int, Side] = {}
        self._flips = flips
        self._settled = settled
        self._picks: dict[str, int] = {}

    def add(
        self,
        verb: Verb,
        arm: Arm,
        name: str = "",
        goal: Goal = ("", ""),
        *,
        height: float = 0.0,
        duration: float = 0.0,
        setting: str = "",
    ) -> None:
        """One more step; the goal is its relation and target."""
        step = Step(verb, arm, name, goal[1], goal[0], height, duration, setting=setting)
        self.steps.append(replace(step, text=step_in_words(step)))

    def must_be_movable(self, name: str, done: str) -> None:
        """Refuse what one hand can't carry."""
        if name == TABLE:
            raise RefuseError("impossible", f"the table can't be {done}")
        if self.world.scene[name].category not in self.world.movable:
            raise RefuseError("impossible", f"{in_words(name)} can't be {done}; I move only what fits one hand, and lift trays")
        item = self.world.scene[name]
        if item.category in named_categories(self.world.scene) and min(item.size[:2]) > WIDEST and not item.held_by:
            raise RefuseError("impossible", f"{in_words(name)} is {min(item.size[:2]) * 100:.0f} cm wide, too wide for a hand")

    def take(self, name: str, side: Side | None, spots: tuple[Spot, ...] = ()) -> None:
        """Pick up what no hand holds; the arm that isn't named is chosen so that it reaches one of the spots as well."""
        chosen = self.choose(name, side, spots)
        self.uncover(name)
        if self.world.held(chosen):
            raise arms.busy(chosen, self.world)
        self.add("pick", chosen, name)
        self.world.grasp(name, chosen)

    def choose(self, name: str, side: Side | None, spots: tuple[Spot, ...] = ()) -> Side:
        """The arm for a pick: the named one, if it can; else the nearer one that reaches the place too; else any that can."""
        self._free_of_tray()
        item = self.world.scene[name]
        if side is not None:
            if self.world.held(side):
                self.reconsider(self.world.held(side))
                raise arms.busy(side, self.world)
            if not arms.reaches_object(side, item):
                raise RefuseError("impossible", f"the {side} arm can't reach {in_words(name)}")
            return side
        able = [s for s in arms.nearer_sides(item, spots) if arms.reaches_object(s, item) and s != self.forbidden_hand]
        if not able:
            raise RefuseError("impossible", f"neither arm can reach {in_words(name)}")
        free = [s for s in able if not self.world.held(s)]
        if not free:
            self.reconsider(self.world.held(able[0]))
            raise arms.busy(able[0], self.world)
        best = [s for s in free if not spots or arms.reachable_spot(s, item, spots)]
        number = len(self.chosen)
        chosen = self._flips.get(number, (best or free)[0])
        if chosen not in free:
            raise RefuseError("impossible", f"the {chosen} arm can't take {in_words(name)}")
        self._picks[name] = number
        self.chosen[number] = chosen
        return chosen

    def _free_of_tray(self) -> None:
        """Set down the tray that an earlier order had lifted, since a hand is needed."""
        lifted = {step.object for step in self.steps if step.verb == "lift" and step.arm == "both"}
        for name in lifted:
            if self.world.holder(name) == "both":
                self.set_down(name)

    def reconsider(self, name: str) -> None:
        """Start again with the other arm for the pick of that object, if nobody named one and it hasn't been tried."""
        number = self._picks.get(name)
        if number is not None and number not in self._settled:
            raise FlipError(number)

    def hand_over(self, name: str, taker: Side) -> None:
        """Pass what one hand holds to the other."""
        holder = arms.side_named(self.world.holder(name), self.world)
        if holder is None or holder == taker:
            return
        if self.world.held(taker):
            raise arms.busy(taker, self.world)
        self.add("hand_over", holder, name, ("", taker))
        self.world.grasp(name, taker)
        self.world.taker = taker

    def hold_out(self, name: str, side: Side | None = None) -> None:
        """Pick it up unless it is held, pass it on where another hand is named, and hold it out to a person."""
        place = marked_place(HAND_OUT)
        holder = self.world.holder(name)
        if not holder:
            self.take(name, side, (Spot(*place.position, place.height - self.world.scene[name].size[2] / 2),))
        elif side is not None and holder != side:
            self.hand_over(name, side)
        self.add("give", self.world.holder(name) or "left", name)

    def bring(self, name: str, goal: Goal, side: Side | None = None) -> None:
        """Pick it up unless it is held, pass it on where only the other arm reaches, put it there; nothing if it is there."""
        relation, target = goal
        if name == target:
            raise RefuseError("impossible", f"{in_words(name)} can't be put {relation_in_words(relation)} itself")
        if self.world.needs_no_move(relation, name, target):
            return
        if relation == "in" and self.world.scene[target].category == "socket":
            self.insert(name, target, side)
            return
        if relation == "on" and target != TABLE and is_round(self.world.scene[target].category):
            raise RefuseError("impossible", f"nothing can stand on {in_words(target)}")
        self._free_target(goal, name)
        self.uncover(name)
        spots = place_spots(relation, self.world.scene[name], target, self.world.scene)
        if not spots:
            raise RefuseError("impossible", f"there is no room {relation_in_words(relation)} {in_words(target)}")
        holder = self.world.holder(name)
        if not holder:
            self.take(name, side, spots)
        elif side is not None and holder != side:
            self.hand_over(name, side)
        self._put(name, goal, spots, named=side is not None)

    def _put(self, name: str, goal: Goal, spots: tuple[Spot, ...], named: bool) -> None:
        item = self.world.scene[name]
        place = f"the place {relation_in_words(goal[0])} {in_words(goal[1])}"
        holder = arms.side_named(self.world.holder(name), self.world) or "left"
        spot = arms.reachable_spot(holder, item, spots)
        if spot is None and named:
            raise RefuseError("impossible", f"the {holder} arm can't reach {place}")
        if spot is None:
            self.reconsider(name)
            holder = other_side(holder)
            spot = arms.reachable_spot(holder, item, spots)
            if spot is None:
                raise RefuseError("impossible", f"neither arm can reach {place}")
            self.hand_over(name, holder)
        self.add("place", holder, name, goal)
        self.world.put(name, spot, *goal)
        self.world.arm = holder

    def _free_target(self, goal: Goal, name: str) -> None:
        """The reference must stand somewhere, and carry nothing where something is to be put on it."""
        relation, target = goal
        if target == TABLE:
            return
        self._free_of_tray()
        holder = self.world.holder(target)
        if holder and target in self._picks and self.world.scene[target].category in self.world.movable:
            self.bring(target, ("on", TABLE))
        elif holder:
            where = "both hands" if holder == "both" else f"the {holder} hand"
            raise RefuseError("impossible", f"{in_words(target)} is in {where}")
        elif relation == "on":
            for upper in self.world.above(target):
                if upper != name:
                    self.bring(upper, ("on", TABLE))

    def insert(self, name: str, target: str, side: Side | None) -> None:
        """Put a peg into a socket, each in a hand of its own: what no hand holds yet is picked up, the socket first."""
        if self.world.scene[name].category != "peg":
            raise RefuseError("impossible", f"only a peg goes into {in_words(target)}")
        if plugged := [item.name for item in self.world.scene if item.inside == target and item.name != name]:
            raise RefuseError("impossible", f"{in_words(plugged[0])} is in {in_words(target)}")
        self._free_of_tray()
        hand = self._hand_for_the_peg(name, target, side)
        for thing, chosen in ((target, other_side(hand)), (name, hand)):
            if not self.world.holder(thing):
                self.take(thing, chosen)
        self.add("insert", hand, name, ("in", target))
        self.world.plug(name, target)
        self.world.arm = hand

    def _hand_for_the_peg(self, name: str, target: str, side: Side | None) -> Side:
        """The hand that has the peg, or must have it since the other one has the socket; else so that both arms reach theirs."""
        holder, other = (arms.side_named(self.world.holder(thing), self.world) for thing in (name, target))
        decided = holder or (other_side(other) if other else side) or self._best_hand(name, target)
        if side is not None and side != decided:
            raise RefuseError("impossible", f"{in_words(name)} must be in the {decided} hand for that, not in the {side} hand")
        if other == decided:
            raise RefuseError("impossible", f"{in_words(name)} and {in_words(target)} are in the same hand")
        if holder and not other and not self._reaches(other_side(decided), target):
            self.reconsider(name)
        return decided

    def _best_hand(self, name: str, target: str) -> Side:
        """For the peg: that on the other side than the socket, as long as both arms reach theirs so."""
        away = [other_side(side) for side in arms.nearer_sides(self.world.scene[target])]
        return next((side for side in away if self._reach_both(side, name, target)), away[0])

    def _reach_both(self, side: Side, name: str, target: str) -> bool:
        return self._reaches(side, name) and self._reaches(other_side(side), target)

    def _reaches(self, side: Side, name: str) -> bool:
        return arms.reaches_object(side, self.world.scene[name])

    def uncover(self, name: str) -> None:
        """Take away what lies on it."""
        for upper in self.world.above(name):
            if upper in self.forbidden:
                raise RefuseError("impossible", f"{in_words(upper)}, which you ruled out, lies on {in_words(name)}")
            self.bring(upper, ("on", TABLE))

    def lift_alone(self, name: str, side: Side | None, height: float) -> None:
        """Lift with one hand, from where it stands or from where the hand has it."""
        self.must_be_movable(name, "lifted")
        holder = self.world.holder(name)
        if not holder:
            chosen = self.choose(name, side)
            self.uncover(name)
            self.world.grasp(name, chosen)
        elif side is not None and holder != side:
            self.hand_over(name, side)
        self.add("lift", self.world.holder(name) or "left", name, height=height)

    def lift_together(self, name: str, height: float) -> None:
        """Lift with both hands, which must be empty; nothing if they hold it up already."""
        if self.world.holder(name) == "both" and not height:
            return
        for side in SIDES:
            if self.world.held(side) not in ("", name):
                raise arms.busy(side, self.world)
        self.add("lift", "both", name, height=height)
        self.world.grasp_with_both(name)

    def carry_together(self, name: str, goal: Goal) -> None:
        """Lift with both hands, and put down beside something; nothing if it stands there."""
        relation, target = goal
        if name == target:
            raise RefuseError("impossible", f"{in_words(name)} can't be put {relation_in_words(relation)} itself")
        if self.world.needs_no_move(relation, name, target):
            return
        item = self.world.scene[name]
        spots = place_spots(relation, item, target, self.world.scene)
        spot = next((spot for spot in spots if arms.both_reach(item, spot)), None)
        if spot is None:
            raise RefuseError(
                "impossible", f"there is no room {relation_in_words(relation)} {in_words(target)} that both arms reach"
            )
        self.lift_together(name, 0.0)
        self.add("place", "both", name, goal)
        self.world.put(name, spot, *goal)

    def set_down(self, name: str) -> None:
        """Put down what both hands hold, where it was."""
        if self.world.holder(name):
            self.add("place", "both", name, ("on", TABLE))
            self.world.set_down(name)
