"""What really is in the simulated cell. For evaluators only: nothing that acts or verifies may read it."""

from typing import Any

import mujoco
import numpy as np

from tandem.cell import names
from tandem.cell.busybox.parts import PARTS
from tandem.cell.pose import Pose
from tandem.sim.busybox.track import BoxTrack
from tandem.sim.contacts import ContactEvent, ContactLog, belongs
from tandem.sim.model import CellModel
from tandem.sim.robot_body import finger_links
from tandem.sim.scenes import SceneSpec


class Truth:
    """A view of the simulator's state in the cell's terms."""

    def __init__(self, cell: CellModel, data: mujoco.MjData, scene: SceneSpec, contacts: ContactLog) -> None:
        self._cell, self._data, self._scene, self._contacts = cell, data, scene, contacts

    @property
    def time(self) -> float:
        """The cell's clock [s]."""
        return float(self._data.time)

    @property
    def contacts(self) -> list[ContactEvent]:
        """All contact events since the reset, in the order of their start."""
        return self._contacts.events

    def object_pose(self, name: str) -> Pose:
        """Pose of the centre of an object's bounding box in the world."""
        x, y, z, w, i, j, k = (float(value) for value in self._data.qpos[self._cell.object_qpos(name)])
        return Pose((x, y, z), (i, j, k, w))

    def object_velocity(self, name: str) -> tuple[float, float]:
        """Linear [m/s] and angular [rad/s] speed of an object."""
        start = int(self._cell.model.joint(name).dofadr[0])
        velocity = self._data.qvel[start : start + 6]
        return float(np.linalg.norm(velocity[:3])), float(np.linalg.norm(velocity[3:]))

    def touching(self, name: str) -> set[str]:
        """Everything that an object, or a part of it, touches now: links, objects, ``table``."""
        others = set()
        for event in self._contacts.touching(self.time):
            bodies = event.first, event.second
            mine = [belongs(body, name) for body in bodies]
            others |= {body for body, own in zip(bodies, mine, strict=True) if not own} if any(mine) else set()
        return others

    def held_by(self, name: str) -> tuple[str, ...]:
        """Sides whose gripper touches an object with both fingers now."""
        touching = self.touching(name)
        return tuple(side for side in names.SIDES if touching.issuperset(finger_links(side)))

    @property
    def box(self) -> BoxTrack | None:
        """Where the parts of the BusyBox are now; None where there is no box."""
        reader = self._cell.box
        return None if reader is None else reader.track(self._data.qpos[None])

    def report(self) -> dict[str, Any]:
        """Objects, contacts, the box's parts as plain data for JSON. Times [s], lengths [m], quaternions x y z w, forces [N]."""
        return {
            "time": self.time,
            "scene": {"name": self._scene.name, "seed": self._scene.seed},
            "objects": {item.name: self._object(item.name) for item in self._scene.objects},
            "contacts": [
                {
                    "bodies": [event.first, event.second],
                    "start": round(event.start, 4),
                    "end": round(event.end, 4),
                    "max_force": round(event.max_force, 3),
                }
                for event in self.contacts
            ],
            **self._parts(),
        }

    def _parts(self) -> dict[str, Any]:
        box = self.box
        if box is None:
            return {}
        state = box.state()
        return {"box": {"states": {part.name: state.of(part.name) for part in PARTS}, "positions": box.report()}}

    def _object(self, name: str) -> dict[str, Any]:
        spec = next(item for item in self._scene.objects if item.name == name)
        pose = self.object_pose(name)
        return {
            "category": spec.category,
            "colour": spec.colour,
            "size": list(spec.size),
            "position": list(pose.position),
            "quaternion": list(pose.quaternion),
            "start_position": list(spec.pose.position),
            "start_quaternion": list(spec.pose.quaternion),
            "speed": self.object_velocity(name)[0],
            "touching": sorted(self.touching(name)),
            "held_by": list(self.held_by(name)),
        }
