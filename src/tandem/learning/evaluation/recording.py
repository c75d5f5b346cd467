"""What really happened in an episode, from the simulator's states and contacts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tandem.cell.contacts import side_of
from tandem.cell.names import Side
from tandem.cell.pose import Pose
from tandem.cell.robot import home_positions
from tandem.cell.scene import SceneObject
from tandem.sim.busybox.track import BoxTrack
from tandem.sim.contacts import ContactEvent
from tandem.sim.model import CellModel
from tandem.sim.robot_body import finger_links
from tandem.sim.scenes import ObjectSpec, SceneSpec
from tandem.sim.state_log import RecordedStates

Array = NDArray[np.float64]
Span = tuple[float, float]
"""From when to when [s]."""


@dataclass(frozen=True)
class Recording:
    """An episode as it was. For evaluators only.

    Attributes:
        scene: what stood where at the start.
        times: of the samples [s], shape (N,).
        joints: in the 14-wide order, shape (N, 14) [rad; m].
        poses: centre of each object's bounding box, x y z qx qy qz qw, shape (N, 7), by its name in the simulator.
        contacts: who touched whom, in the order of their start.
        box: where the parts of the BusyBox were, shape (N, ...); None where there is none.
    """

    scene: SceneSpec
    times: Array
    joints: Array
    poses: dict[str, Array]
    contacts: tuple[ContactEvent, ...]
    box: BoxTrack | None = None

    @classmethod
    def from_states(
        cls, scene: SceneSpec, states: RecordedStates, cell: CellModel, contacts: Iterable[ContactEvent]
    ) -> "Recording":
        """From states of a model with that scene's objects.

        Raises:
            ValueError: there are no states.
        """
        if not len(states.times):
            raise ValueError("nothing was recorded")
        poses = {}
        for item in scene.objects:
            rows = states.positions[:, cell.object_qpos(item.name)]
            poses[item.name] = np.concatenate([rows[:, :3], rows[:, 4:], rows[:, 3:4]], axis=1)
        box = None if cell.box is None else cell.box.track(states.positions)
        return cls(scene, states.times, states.positions[:, cell.qpos], poses, tuple(contacts), box)

    @classmethod
    def at_start(cls, scene: SceneSpec) -> "Recording":
        """Nothing has happened yet: the arms are at home."""
        poses = {item.name: np.array([[*item.pose.position, *item.pose.quaternion]]) for item in scene.objects}
        box = next((BoxTrack.at_start(item.setup) for item in scene.objects if item.setup is not None), None)
        return cls(scene, np.zeros(1), home_positions()[None], poses, (), box)

    @property
    def end(self) -> float:
        """Time of the last sample [s]."""
        return float(self.times[-1])

    def spec(self, name: str) -> ObjectSpec:
        """What an object is.

        Raises:
            KeyError: the scene has no such object.
        """
        for item in self.scene.objects:
            if item.name == name:
                return item
        raise KeyError(f"the scene has no '{name}'; it has {', '.join(item.name for item in self.scene.objects)}")

    def pose(self, name: str, index: int = -1) -> Pose:
        """Pose of an object in the world at a sample, by default the last."""
        x, y, z, i, j, k, w = (float(value) for value in self.poses[name][index])
        return Pose((x, y, z), (i, j, k, w))

    def item(self, name: str, index: int = -1) -> SceneObject:
        """An object as a relation takes it."""
        spec = self.spec(name)
        return SceneObject(name, spec.category, spec.colour, self.pose(name, index), spec.size)

    def travel(self, name: str, seconds: float) -> float:
        """How far an object's centre moved during the last ``seconds`` [m], at most."""
        recent = self.poses[name][self.times >= self.end - seconds, :3]
        return float(np.linalg.norm(recent - recent[-1], axis=1).max())

    def displacement(self, name: str) -> float:
        """From where it stood at the first sample to where it is at the last [m]."""
        return float(np.linalg.norm(self.poses[name][-1, :3] - self.poses[name][0, :3]))

    def until(self, index: int) -> "Recording":
        """The same up to a sample, with it: as if the episode had ended there."""
        kept = slice(0, index + 1)
        end = float(self.times[index])
        contacts = tuple(replace(event, end=min(event.end, end)) for event in self.contacts if event.start <= end)
        poses = {name: rows[kept] for name, rows in self.poses.items()}
        box = None if self.box is None else self.box.until(index)
        return Recording(self.scene, self.times[kept], self.joints[kept], poses, contacts, box)

    def touching(self, name: str, slack: float = 0.02) -> set[str]:
        """Everything that touches an object at the end."""
        return {other(event, name) for event in self.contacts if involves(event, name) and event.end >= self.end - slack}

    def peak_force(self, name: str) -> float:
        """The largest force with which a part of a robot pressed an object [N]; 0 if none touched it."""
        events = (event for event in self.contacts if involves(event, name) and side_of(other(event, name)) is not None)
        return max((event.max_force for event in events), default=0.0)

    def held_spans(self, name: str, side: Side) -> list[Span]:
        """When both fingers of a gripper touched an object."""
        first, second = ([event for event in self.contacts if pair(event) == {name, link}] for link in finger_links(side))
        overlaps = [(max(a.start, b.start), min(a.end, b.end)) for a in first for b in second]
        return sorted(span for span in overlaps if span[1] > span[0])

    def held(self, name: str, side: Side, slack: float = 0.02) -> NDArray[np.bool_]:
        """Whether a gripper held an object, at each sample, shape (N,)."""
        mask = np.zeros(len(self.times), dtype=bool)
        for start, stop in self.held_spans(name, side):
            mask |= (self.times >= start - slack) & (self.times <= stop + slack)
        return mask


def pair(event: ContactEvent) -> frozenset[str]:
    """The two bodies."""
    return frozenset((event.first, event.second))


def involves(event: ContactEvent, name: str) -> bool:
    """Whether the body is one of the two."""
    return name in (event.first, event.second)


def other(event: ContactEvent, name: str) -> str:
    """The body that the named one touched."""
    return event.second if event.first == name else event.first


def root_of(body: str) -> str:
    """The object that a body is, or is a part of: ``box`` of ``box/knob/knob``."""
    return body.partition("/")[0]


def plan_names(scene: SceneSpec) -> dict[str, str]:
    """Names in the simulator by the names that perception gives: a single tray is ``tray``."""
    trays = [item.name for item in scene.objects if item.category == "tray"]
    return {("tray" if [item.name] == trays else item.name): item.name for item in scene.objects}
