"""What the executor holds and decides, without ROS: certified motion in, windows for the controllers out.

Whatever happens, what the controllers hold ends at rest on a certified path: a window is the next moments of the certified
trajectory, then a stop on the same path.
"""

from dataclasses import dataclass, replace

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.chunk import ActionChunk, ContactPair, Outcome, Verdict
from tandem.cell.collision import Point
from tandem.cell.limits import joint_limits
from tandem.cell.names import Side
from tandem.cell.scene import Scene
from tandem.cell.trajectory import Trajectory
from tandem.safety import grippers
from tandem.safety.filter import SafetyFilter, World
from tandem.safety.grippers import GripperCommand
from tandem.safety.pace import brake
from tandem.safety.settings import ARM, ordinary_rates, staleness, stop_rates
from tandem.safety.timeline import joined, resting, since

Array = NDArray[np.float64]

_GRIPPER_STEP_M = 2e-4
_UNASKED_SPEED = 0.2
_SLOWEST = 0.05
_OUT_OF_STEP = (2e-5, 5e-3)
"""Arms that are this far [rad], or this much faster or slower [rad/s], than planned are not on the planned motion."""
_MOVED_BY_OTHERS = 0.03
_FAINT = 0.01
_EARLY_ENOUGH_S = 0.6
"""A motion that is clear for so long need not stop yet: a better one may come."""


@dataclass(frozen=True)
class _Measured:
    positions: Array
    velocities: Array
    stamp: float


@dataclass(frozen=True)
class _Motion:
    """What is being carried out: a trajectory that ends at rest, who asked for it, and what it may touch."""

    trajectory: Trajectory
    source: str
    allowed: tuple[ContactPair, ...]
    allowed_speed: float


class ExecutorCore:
    """Takes chunks, measured joints and scenes; answers with verdicts and windows. All times are the cell's clock [s]."""

    def __init__(self, safety_filter: SafetyFilter | None = None) -> None:
        settings = description.settings("safety.yaml")
        self._filter = safety_filter or SafetyFilter()
        self._commit_s = float(settings["window"]["commit_s"])
        self._update_s = float(settings["window"]["update_s"])
        self._tracking_error = float(settings["tracking_error_rad"])
        self._measured: _Measured | None = None
        self._scene: Scene | None = None
        self._humans: tuple[Point, ...] = ()
        self._motion: _Motion | None = None
        self._sequences: dict[str, tuple[int, float]] = {}
        self._sent_grippers: dict[Side, float] = {}
        self._held: Trajectory | None = None
        self._held_of: Trajectory | None = None
        self._grips: dict[Side, float] = {}
        self._together: pin.SE3 | None = None
        self._look_at = np.inf
        self._allowed_speed = 1.0
        self.stopped_because = ""
        self.intervention = ""

    # What comes in

    def update_state(self, positions: Array, velocities: Array, now: float) -> None:
        """Measured joints, shape (14,) each, at their time of measurement [s]; non-finite ones are left out, and grow stale."""
        if np.shape(positions) == (names.DOF,) and np.isfinite(positions).all() and np.isfinite(velocities).all():
            self._measured = _Measured(np.array(positions, dtype=float), np.array(velocities, dtype=float), now)

    def update_scene(self, scene: Scene) -> None:
        """What perception knows now. The rest of the motion is looked at again by ``check``.

        A scene with something at no place or of no size is left out, and grows stale.
        """
        numbers = [value for item in scene for value in (*item.pose.position, *item.pose.quaternion, *item.size)]
        if not np.isfinite(numbers).all() or any(min(item.size) <= 0 or not any(item.pose.quaternion) for item in scene):
            return
        self._scene = scene
        self._look_at = -np.inf

    def update_humans(self, humans: tuple[Point, ...]) -> None:
        """Points of human bodies in the world [m], which are kept clear of like objects."""
        if humans != self._humans:
            self._humans, self._look_at = humans, -np.inf

    def set_speed_scale(self, scale: float) -> None:
        """Fraction of full speed that is allowed (S8); 0 lets nothing move. Takes effect with the next ``check``."""
        self._allowed_speed = float(np.clip(scale, 0.0, 1.0)) if np.isfinite(scale) else 0.0

    def submit(self, chunk: ActionChunk, now: float) -> Verdict:
        """Judge a chunk and, where it is accepted, carry it out from a moment after ``now`` on."""
        refused = self._refusal(chunk, now)
        if refused is not None:
            return refused
        self._resume_where_controllers_are(now)
        running = self._commanded(now)
        certified = self._filter.certify(chunk, running, self._world(running, now), now)
        if certified.verdict.rule != "S5":
            self._sequences[chunk.source] = (chunk.sequence, chunk.stamp)
        if certified.trajectory is not None:
            self._motion = _Motion(certified.trajectory, chunk.source, chunk.allowed_contacts, self._allowed_speed)
        return certified.verdict

    def halt(self, source: str, now: float) -> None:
        """Come to rest on the certified path because the source of the motion asks for it; another source can't."""
        if self._motion is not None and self._motion.source == source and self.is_moving(now):
            self._brake(now, hard=False)

    def stop(self, cause: str, reason: str, now: float) -> Trajectory | None:
        """Brake both arms on their path and stay stopped until ``reset``; the first reason is kept.

        Returns:
            The braking motion, None where nothing moves.
        """
        if not self.stopped_because:
            self.stopped_because = f"{cause}: {reason}"
            if self.is_moving(now):
                self._brake(now, hard=True)
        return self._motion.trajectory if self._motion is not None and self.is_moving(now) else None

    def reset(self, now: float) -> bool:
        """Take chunks again, from where the arms are measured to be; refused while they move."""
        if self.is_moving(now) and not self._as_good_as_at_rest(now):
            return False
        self.stopped_because = ""
        self._sequences = {}
        self._forget()
        return True

    def _as_good_as_at_rest(self, now: float) -> bool:
        """Whether only the faint end of a motion is left, slower than what measured joints count as rest."""
        assert self._motion is not None
        trajectory = self._motion.trajectory
        position, velocity, _ = trajectory.sample(now)
        left = np.abs(trajectory.positions[-1] - position)[ARM].max()
        return bool(np.abs(velocity)[ARM].max() < _FAINT and left < _FAINT)

    # What is decided

    def is_moving(self, now: float) -> bool:
        """Whether the certified motion goes on at ``now``."""
        return self._motion is not None and now < self._motion.trajectory.end

    @property
    def allowed_contacts(self) -> tuple[ContactPair, ...]:
        """What the newest accepted chunk may touch."""
        return self._motion.allowed if self._motion is not None else ()

    def check(self, now: float) -> bool:
        """Look after the motion: measured joints, a changed world, the allowed speed.

        Returns:
            Whether the motion was changed, so that controllers need a new window at once; ``intervention`` says why.
        """
        if not self.is_moving(now):
            return False
        self._resume_where_controllers_are(now)
        trouble = self._tracking_trouble(now)
        if trouble is not None:
            first = not self.stopped_because
            self.stop(*trouble, now)
            self.intervention = trouble[1]
            return first
        return not self.stopped_because and (self._slow_if_told(now) or self._avoid(now))

    def window(self, now: float) -> Trajectory | None:
        """What controllers should hold from ``now`` on: a part of the certified motion, then a stop on its path.

        None where they hold it already and the motion is over.
        """
        if self._motion is None:
            return None
        self._resume_where_controllers_are(now)
        whole = self._motion.trajectory
        if now >= whole.end and self._held_of is whole and self._held is not None and self._held.end == whole.end:
            return None
        rest = since(whole, now)
        until = now + self._commit_s
        self._held = rest if whole.end <= until else joined(rest, brake(whole, until, stop_rates()), now)
        self._held_of = whole
        return self._held

    def gripper_commands(self, now: float) -> dict[Side, GripperCommand]:
        """Where grippers should be sent now, of those for which it has changed; they get there by themselves."""
        if self._motion is None:
            return {}
        ends_here = self._motion.trajectory.end <= now + self._update_s
        here, target = self._motion.trajectory.sample(np.array([now, now + self._update_s]))[0]
        changed: dict[Side, GripperCommand] = {}
        for side in names.SIDES:
            value = float(target[names.GRIPPER_COLUMN[side]])
            sent = self._sent_grippers.get(side)
            if sent is None or abs(value - sent) > (1e-6 if ends_here else _GRIPPER_STEP_M):
                self._sent_grippers[side] = self._grips[side] = value
                way = abs(value - float(here[names.GRIPPER_COLUMN[side]] if sent is None else sent))
                changed[side] = GripperCommand(value, grippers.speed_for(way, self._update_s))
        return changed

    # Inside

    def _refusal(self, chunk: ActionChunk, now: float) -> Verdict | None:
        verdict = Verdict(now, chunk.source, chunk.sequence, chunk.step_id, Outcome.REJECTED, "S5")
        if self.stopped_because:
            return replace(verdict, outcome=Outcome.STOPPED, rule="S6", reason=f"the cell is stopped: {self.stopped_because}")
        limit = staleness()
        if self._measured is None or now - self._measured.stamp > limit.joint_states:
            return replace(
                verdict, reason="there are no joint states" if self._measured is None else "the joint states are too old"
            )
        if self._scene is None or now - self._scene.stamp > limit.scene:
            return replace(verdict, reason="nothing is known of the scene" if self._scene is None else "the scene is too old")
        if self._allowed_speed < _SLOWEST:
            return replace(verdict, rule="S8", reason="a human is too near")
        if self._motion is not None and self._motion.source != chunk.source and self.is_moving(now):
            return replace(verdict, rule="S1", reason=f"a motion of {self._motion.source} is under way")
        last, stamp = self._sequences.get(chunk.source, (-1, -np.inf))
        # A source that has started again counts anew, from later on; its first chunks may have been lost.
        if chunk.sequence <= last and chunk.stamp <= stamp:
            return replace(verdict, reason=f"sequence {chunk.sequence} comes after {last}")
        if not self.is_moving(now) and np.abs(self._measured.velocities[ARM]).max() > _UNASKED_SPEED:
            return replace(verdict, reason="the arms move though nothing was asked of them")
        return None

    def _commanded(self, now: float) -> Trajectory:
        """The certified motion from now on; where the arms are at rest, where they are."""
        assert self._measured is not None
        if self._motion is not None and not self.is_moving(now):
            away = np.abs(self._measured.positions - self._motion.trajectory.positions[-1])[ARM].max()
            if away > _MOVED_BY_OTHERS:
                self._forget()
        if self._motion is not None:
            return since(self._motion.trajectory, now)
        positions = self._measured.positions.copy()
        for side, grip in self._grips.items():
            # Letting go of what is held because the fingers are not where they were sent would drop it.
            if self._scene is not None and self._scene.held_by(side) is not None:
                positions[names.GRIPPER_COLUMN[side]] = grip
        # Fingers at the end of their travel are measured a little beyond it; nothing starts from there.
        fingers, limits = list(names.GRIPPER_COLUMN.values()), joint_limits()
        positions[fingers] = np.clip(positions[fingers], limits.lower[fingers], limits.upper[fingers])
        self._held = resting(positions, now)
        return self._held

    def _forget(self) -> None:
        """Begin anew from where the arms are measured to be."""
        self._motion = self._held = self._held_of = None
        self._sent_grippers = {}

    def _world(self, running: Trajectory, now: float) -> World:
        assert self._measured is not None
        assert self._scene is not None
        commanded = running.sample(now)[0]
        blocked = grippers.blocked_at(self._measured.positions, self._measured.velocities, commanded)
        if not any(item.held_by == "both" for item in self._scene):
            self._together = None
        elif self._together is None:
            self._together = self._filter.relative_pose(commanded)
        return World(self._scene, self._humans, tuple(blocked.items()), self._allowed_speed, self._together)

    def _resume_where_controllers_are(self, now: float) -> None:
        """Controllers that got no window in time are stopping on the path, or never began: then that is the motion."""
        if self._held is None or self._motion is None:
            return
        held, planned = self._held.sample(now), self._motion.trajectory.sample(now)
        if any(np.abs(held[order] - planned[order])[ARM].max() > limit for order, limit in enumerate(_OUT_OF_STEP)):
            self._motion = replace(self._motion, trajectory=since(self._held, now))
            self._held_of = None

    def _brake(self, now: float, *, hard: bool) -> None:
        self._resume_where_controllers_are(now)
        assert self._motion is not None
        braking = brake(self._motion.trajectory, now, stop_rates() if hard else ordinary_rates())
        self._motion = replace(self._motion, trajectory=braking)

    def _tracking_trouble(self, now: float) -> tuple[str, str] | None:
        assert self._motion is not None
        if self._measured is None or now - self._measured.stamp > staleness().joint_states:
            return "stale_joint_states", "the joint states stopped coming while the arms moved"
        commanded = self._motion.trajectory.sample(self._measured.stamp)[0]
        error = np.where(ARM, np.abs(self._measured.positions - commanded), 0.0)
        worst = int(np.argmax(error))
        if self._measured.stamp >= self._motion.trajectory.start and error[worst] > self._tracking_error:
            return "tracking_error", f"{names.JOINTS[worst]} is {error[worst]:.2f} rad from where it was sent"
        return None

    def _slow_if_told(self, now: float) -> bool:
        """Slow the rest of the motion down on its path, where that has become necessary."""
        assert self._motion is not None
        allowed = self._allowed_speed
        if allowed >= self._motion.allowed_speed:
            return False
        self._motion = replace(self._motion, allowed_speed=allowed)
        slower = (
            None if allowed < _SLOWEST else self._filter.not_faster(since(self._motion.trajectory, now), allowed, stop_rates())
        )
        if slower is None:
            self._brake(now, hard=True)
        else:
            self._motion = replace(self._motion, trajectory=slower)
        self.intervention = f"a human is near: {allowed:.0%} of full speed"
        return True

    def _avoid(self, now: float) -> bool:
        """Stop the motion in time where the world has changed so that it isn't clear any more."""
        assert self._motion is not None
        if now < self._look_at or self._scene is None:
            return False
        self._look_at = np.inf
        trajectory = self._motion.trajectory
        breach = self._filter.still_clear(trajectory, self._world(trajectory, now), self._motion.allowed, now)
        if breach is None:
            return False
        if breach.clear_until > now + _EARLY_ENOUGH_S:
            self._look_at = now + self._update_s
            return False
        self.intervention = breach.words
        self._brake(now, hard=True)
        return True
