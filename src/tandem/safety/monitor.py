"""What the safety monitor holds to be true: who is alive, what presses on the wrists, where people are, who asked to stop.

Not safety-rated. Times are of a monotonic clock [s], since simulated time may stand still.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description
from tandem.cell.collision import CollisionModel, Point
from tandem.cell.names import Side
from tandem.safety.settings import ordinary_rates, staleness
from tandem.safety.speed_separation import SpeedSeparation

Array = NDArray[np.float64]

_FAULT_CAUSES = ("tracking_error", "stale_joint_states")
_SLOWEST = 0.05


@dataclass(frozen=True)
class SafetyState:
    """The monitor's finding; the fields are those of tandem_cell/msg/SafetyState.

    Attributes:
        stopped: both arms are to be at rest until a reset.
        cause: a word for it, empty when not stopped.
        reason: in words.
        lost_nodes: whose heartbeat is missing.
        speed_scale: allowed fraction of full speed, 0 to 1.
        human_distance: smallest distance from a known human to an arm [m], infinite when none is known.
        waiting_for: what was never heard of since the start; until it comes nothing may move, though nothing is wrong.
    """

    stopped: bool
    cause: str = ""
    reason: str = ""
    lost_nodes: tuple[str, ...] = ()
    speed_scale: float = 1.0
    human_distance: float = float("inf")
    waiting_for: tuple[str, ...] = ()


class Monitor:
    """Latches the first cause for a stop; lets go of it on a reset once the cause is gone."""

    def __init__(self, required_nodes: tuple[str, ...] = ("executor",)) -> None:
        settings = description.settings("safety.yaml")
        self._required = required_nodes
        self._force_limit = float(settings["force_limit_n"])
        self._humans_keep_s = float(settings["human"]["keep_s"])
        self._separation = SpeedSeparation.from_settings(settings["human"], ordinary_rates().tool_speed)
        self._collisions: CollisionModel | None = None
        self._alive: dict[str, float] = {}
        self._faults: dict[str, str] = {}
        self._forgiven: dict[str, float] = {}
        self._forces: dict[Side, float] = {}
        self._positions: Array | None = None
        self._joints_at = -np.inf
        self._humans: tuple[Point, ...] = ()
        self._humans_at = -np.inf
        self._distance = float("inf")
        self._latched: tuple[str, str] | None = None
        self._started: float | None = None

    # What comes in

    def start(self, now: float) -> None:
        """Begin to watch: what is required is waited for until its first sign of life, and must not fall silent after that."""
        self._started = now
        self._alive = {}
        self._joints_at = -np.inf

    def heartbeat(self, node: str, now: float, fault: str = "") -> None:
        """A node is alive; ``fault`` says why it has stopped on its own, if it has."""
        self._alive[node] = now
        self._faults[node] = fault
        if not fault:
            self._forgiven.pop(node, None)

    def request_stop(self, reason: str, now: float) -> None:
        """Somebody wants a stop."""
        del now
        self._latch("stop_requested", reason)

    def joint_state(self, positions: Array, velocities: Array, now: float) -> None:
        """Measured joints, shape (14,) each."""
        if np.isfinite(positions).all() and np.isfinite(velocities).all():
            self._positions, self._joints_at = np.asarray(positions, dtype=float), now

    def wrench(self, side: Side, force: Array, now: float) -> None:
        """Force on a wrist, shape (3,) [N]."""
        del now
        size = float(np.linalg.norm(force))
        self._forces[side] = size if np.isfinite(size) else np.inf
        if self._forces[side] > self._force_limit:
            self._latch("force_limit", f"{self._forces[side]:.0f} N at the {side} wrist (limit {self._force_limit:.0f} N)")

    def humans(self, positions: Sequence[Point], now: float) -> None:
        """Points of human bodies in the world [m]; they stay where they were until the next message, or until it is too old."""
        self._humans, self._humans_at = tuple(positions), now

    # What is found

    def state(self, now: float) -> SafetyState:
        """The finding at ``now``; what it finds wrong stays latched."""
        self._look_for_humans(now)
        scale = self._separation.speed_scale(self._distance)
        lost = self._lost(now)
        found = self._wrong(now, lost, scale)
        if found is not None:
            self._latch(*found)
        cause, reason = self._latched or ("", "")
        return SafetyState(self._latched is not None, cause, reason, lost, scale, self._distance, self._waiting_for())

    def reset(self, now: float) -> tuple[bool, str]:
        """Let go of a latched stop where nothing is wrong any more; the answer and why."""
        pressed = [f"{size:.0f} N at the {side} wrist" for side, size in self._forces.items() if size > self._force_limit]
        if pressed:
            return False, f"there are still {pressed[0]} (limit {self._force_limit:.0f} N)"
        self._look_for_humans(now)
        # A node that has stopped on its own goes on after the reset, so its fault has a while to end.
        self._forgiven.update({node: now for node, fault in self._faults.items() if fault})
        found = self._wrong(now, self._lost(now), self._separation.speed_scale(self._distance))
        if found is not None:
            return False, f"still wrong: {found[1]}"
        if waiting := self._waiting_for():
            return False, f"still waiting for {', '.join(waiting)}"
        was_stopped = self._latched is not None
        self._latched = None
        return True, "reset; motion is allowed again" if was_stopped else "nothing was stopped"

    # Inside

    def _latch(self, cause: str, reason: str) -> None:
        if self._latched is None:
            self._latched = (cause, reason)

    def _lost(self, now: float) -> tuple[str, ...]:
        if self._started is None:
            return ()
        limit = staleness().heartbeat
        return tuple(node for node in self._required if node in self._alive and now - self._alive[node] > limit)

    def _waiting_for(self) -> tuple[str, ...]:
        if self._started is None:
            return ()
        unheard = tuple(node for node in self._required if node not in self._alive)
        return (*unheard, "joint states") if self._positions is None else unheard

    def _wrong(self, now: float, lost: tuple[str, ...], scale: float) -> tuple[str, str] | None:
        if self._started is None:
            return None
        if lost:
            return "node_lost", f"no sign of life from {' and '.join(lost)}"
        if self._positions is not None and now - self._joints_at > staleness().joint_states + staleness().heartbeat:
            return "stale_joint_states", f"no joint states for {now - self._joints_at:.1f} s"
        if scale < _SLOWEST:
            return "human_near", f"a human is {self._distance:.2f} m from the arms"
        for node, fault in self._faults.items():
            if fault and now - self._forgiven.get(node, -np.inf) > staleness().heartbeat:
                cause, _, words = fault.partition(": ")
                return (cause, words) if cause in _FAULT_CAUSES else ("node_fault", f"{node}: {fault}")
        return None

    def _look_for_humans(self, now: float) -> None:
        """The smallest distance from a known human to an arm."""
        known = self._humans if now - self._humans_at <= self._humans_keep_s else ()
        if not known or self._positions is None:
            self._distance = 0.0 if known else float("inf")
            return
        if self._collisions is None:
            self._collisions = CollisionModel()
        self._distance = self._collisions.human_distance(self._positions, known)
