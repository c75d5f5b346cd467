"""A log of who touched whom, for the evaluator."""

from dataclasses import dataclass

import mujoco

from tandem.cell import names
from tandem.sim.model import CellModel
from tandem.sim.robot_body import finger_links

_GAP = 0.1


@dataclass
class ContactEvent:
    """Two bodies that touched: from when to when [s], and the largest force that pressed them together [N].

    ``first`` and ``second`` are link names (``left_finger_a_link``), object names (``red_cube``), names of the parts of a BusyBox
    (``box/knob/knob``, see `tandem.sim.busybox`) or ``table``.
    """

    first: str
    second: str
    start: float
    end: float
    max_force: float


def belongs(body: str, name: str) -> bool:
    """Whether a body is an object or a part of it, as ``box/knob`` is of ``box``."""
    return body == name or body.startswith(f"{name}/")


class ContactLog:
    """Contact events since the last reset. A pair that parts for less than 0.1 s has one event."""

    def __init__(self, cell: CellModel) -> None:
        model = cell.model
        self._names = [model.body(index).name for index in range(model.nbody)]
        self._body_of_geom: list[int] = model.geom_bodyid.tolist()
        self._count = model.nbody
        self._own = self._own_gripper_pairs()
        self._newest: dict[int, ContactEvent] = {}
        self.events: list[ContactEvent] = []

    def clear(self) -> None:
        """Forget everything."""
        self._newest.clear()
        self.events.clear()

    def update(self, data: mujoco.MjData) -> None:
        """Take in the contacts of a step."""
        if data.ncon == 0:
            return
        # Plain numbers: for the few contacts of a cell arrays would take longer, and this runs at every step.
        forces = data.efc_force.tolist()
        totals: dict[int, float] = {}
        for (first, second), address in zip(data.contact.geom.tolist(), data.contact.efc_address.tolist(), strict=True):
            if address >= 0:
                one, other = self._body_of_geom[first], self._body_of_geom[second]
                key = one * self._count + other if one < other else other * self._count + one
                totals[key] = totals.get(key, 0.0) + forces[address]
        now = float(data.time)
        for key, force in totals.items():
            if force > 0.0:
                self._note(key, now, force)

    def touching(self, now: float) -> list[ContactEvent]:
        """Events that go on at the time of the newest update [s]."""
        return [event for event in self._newest.values() if event.end >= now - 1e-6]

    def _note(self, key: int, time: float, force: float) -> None:
        event = self._newest.get(key)
        if event is not None and time - event.end <= _GAP:
            event.end = time
            if force > event.max_force:
                event.max_force = force
            return
        if key in self._own:
            return
        first, second = divmod(key, self._count)
        event = ContactEvent(self._names[first], self._names[second], time, time, force)
        self._newest[key] = event
        self.events.append(event)

    def _own_gripper_pairs(self) -> frozenset[int]:
        """Fingers against one another and against the palm that carries them."""
        pairs = set()
        for side in names.SIDES:
            members = [*finger_links(side), f"{side}_gripper_base_link", f"{side}_wrist_3_link", f"{side}_wrist_camera_link"]
            indices = sorted(self._names.index(name) for name in members)
            pairs |= {low * self._count + high for low in indices for high in indices if low < high}
        return frozenset(pairs)
