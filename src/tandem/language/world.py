"""The scene as it will be after the steps planned so far, and what has been spoken of."""

from dataclasses import dataclass, field, replace

from tandem.cell import relations
from tandem.cell.busybox.parts import BOX_CATEGORIES
from tandem.cell.names import SIDES, Side
from tandem.cell.places import Spot, moved_to
from tandem.cell.props import CATEGORIES
from tandem.cell.relations import TABLE
from tandem.cell.scene import HeldBy, Scene, SceneObject

MOVABLE = ("cube", "box", "egg", "peg", "socket")
"""Categories that one hand can carry, of those that are told by their shape."""


def named_categories(scene: Scene) -> tuple[str, ...]:
    """Categories of a scene that a detector named; one hand can carry these as well, unless they are too wide."""
    return tuple(sorted({item.category for item in scene} - {*CATEGORIES, *BOX_CATEGORIES}))


@dataclass
class World:
    """Changes as steps are planned.

    Attributes:
        scene: expected after the steps so far.
        objects: what the newest order was about, as ``it`` or ``them``.
        handled: all that has been handled, in order.
        mentioned: all that has been spoken of, the newest last.
        category: of what was spoken of last, for ``one``.
        destination: the newest (relation, target), for ``there``.
        container: the container, or the socket, that was spoken of last.
        arm: the hand that acted last.
        taker: the hand that took something over last.
        origins: where things came from that were picked up: (relation, target).
    """

    scene: Scene
    objects: tuple[str, ...] = ()
    handled: list[str] = field(default_factory=list)
    mentioned: list[str] = field(default_factory=list)
    category: str = ""
    destination: tuple[str, str] | None = None
    container: str = ""
    arm: str = ""
    taker: str = ""
    origins: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def movable(self) -> tuple[str, ...]:
        """Categories that one hand can carry."""
        return (*MOVABLE, *named_categories(self.scene))

    def mention(self, names: tuple[str, ...]) -> None:
        """Something has been spoken of."""
        for name in names:
            if name in self.mentioned:
                self.mentioned.remove(name)
            self.mentioned.append(name)
            if name in self.scene:
                self.category = self.scene[name].category
                if self.category in (*relations.CONTAINERS, "socket"):
                    self.container = name

    def handle(self, names: tuple[str, ...]) -> None:
        """Something has been dealt with."""
        self.objects = names
        self.handled += [name for name in names if name not in self.handled]

    def holder(self, name: str) -> HeldBy:
        """The hand that holds it, or empty."""
        return self.scene[name].held_by

    def held(self, side: Side) -> str:
        """The name of what a hand holds, or empty."""
        item = self.scene.held_by(side)
        return item.name if item else ""

    def all_held(self) -> tuple[str, ...]:
        """Names of everything in a hand."""
        return tuple(item.name for item in self.scene if item.held_by)

    def free_sides(self) -> tuple[Side, ...]:
        """Hands that hold nothing."""
        return tuple(side for side in SIDES if not self.held(side))

    def above(self, name: str) -> tuple[str, ...]:
        """What rests directly on an object, other than on a tray."""
        base = self.scene[name]
        if base.category in ("tray", *relations.CONTAINERS) or base.held_by:
            return ()
        return tuple(
            o.name for o in self.scene if o.name != name and not o.held_by and (o.on == name or relations.rests_on(o, base))
        )

    def contents(self, container: str) -> tuple[str, ...]:
        """What lies in a container or on a tray."""
        base = self.scene[container]
        test = relations.rests_on if base.category == "tray" else relations.is_inside
        lying = [o for o in self.scene if o.name != container and not o.held_by]
        return tuple(o.name for o in lying if container in (o.inside, o.on) or test(o, base))

    def height_in_stack(self, name: str) -> int:
        """How many things lie above it."""
        return max((1 + self.height_in_stack(upper) for upper in self.above(name)), default=0)

    def is_at(self, relation: str, name: str, target: str) -> bool:
        """Whether the relation holds already."""
        item = self.scene[name]
        if item.held_by:
            return False
        if relation in ("in", "on") and target in (item.inside, item.on):
            return True
        return relations.relation_holds(relation, item, None if target == TABLE else self.scene[target])

    def needs_no_move(self, relation: str, name: str, target: str) -> bool:
        """Whether it is there already, as well as if it had been put there."""
        item = self.scene[name]
        if relation in ("in", "on"):
            return self.is_at(relation, name, target)
        return not item.held_by and relations.fits_closely(relation, item, self.scene[target])

    def whereabouts(self, name: str) -> tuple[str, str]:
        """What it lies in or on."""
        for other in self.scene:
            if other.name != name and name in self.contents(other.name) and other.category in ("tray", *relations.CONTAINERS):
                return ("on" if other.category == "tray" else "in"), other.name
            if other.name != name and name in self.above(other.name):
                return "on", other.name
        return "on", TABLE

    def most_urgent_first(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """What is in a hand first, then what lies on others, then what is nearest to its arm."""

        def urgency(name: str) -> tuple[bool, int, float]:
            x, y, _ = self.scene[name].pose.position
            return not self.holder(name), self.height_in_stack(name), x * x + (abs(y) - 0.35) ** 2

        return tuple(sorted(names, key=urgency))

    def grasp(self, name: str, side: Side) -> None:
        """A hand has picked it up, or taken it over."""
        item = self.scene[name]
        if not item.held_by:
            self.origins[name] = self.whereabouts(name)
        self._hold(item, side)

    def grasp_with_both(self, name: str) -> None:
        """Both hands hold it."""
        self._hold(self.scene[name], "both")

    def _hold(self, item: SceneObject, by: HeldBy) -> None:
        self.scene = self.scene.with_object(replace(item, held_by=by, inside="", on=""))
        self.arm = by

    def put(self, name: str, spot: Spot, relation: str, target: str) -> None:
        """It has been set down at the spot."""
        inside = target if relation == "in" else ""
        on = target if relation == "on" else "" if inside else TABLE
        self.scene = self.scene.with_object(moved_to(self.scene[name], spot, inside=inside, on=on))

    def plug(self, name: str, socket: str) -> None:
        """It has been put into a socket, which stays where it is."""
        item = replace(self.scene[name], pose=self.scene[socket].pose, held_by="", pose_in_tcp=None, inside=socket, on=socket)
        self.scene = self.scene.with_object(item)

    def set_part(self, name: str, state: str) -> None:
        """A part of the BusyBox has been brought to a state."""
        self.scene = self.scene.with_object(replace(self.scene[name], state=state))

    def set_down(self, name: str) -> None:
        """It has been put down again where it was, from both hands."""
        self.scene = self.scene.with_object(replace(self.scene[name], held_by="", on=TABLE))
