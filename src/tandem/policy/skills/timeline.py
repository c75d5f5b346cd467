"""What has been planned, on the cell's clock, and the windows of it that become chunks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.chunk import ContactPair
from tandem.cell.names import Side
from tandem.cell.trajectory import Trajectory
from tandem.policy.skills.gripping import FingerMotion

Array = NDArray[np.float64]

ROW_S = 0.02
"""Time between the samples of what is made here [s], the same as of planned trajectories and of chunks."""

_SAME_RAD = 0.01

_EASE_S = 0.4
"""Time in which a motion at an even pace gets up to it, and comes to rest again [s]."""


@dataclass(frozen=True)
class Leg:
    """A planned motion, rows every `ROW_S`, with the contacts that it may bring about and what it does in words."""

    trajectory: Trajectory
    contacts: tuple[ContactPair, ...] = ()
    note: str = ""


def rows(count: int) -> Array:
    """Times of so many samples [s]."""
    return np.linspace(0.0, ROW_S * (count - 1), count)


def still(positions: Array, seconds: float) -> Trajectory:
    """Rest at ``positions``, shape (14,), for at least ``seconds``, from time 0."""
    count = max(2, int(np.ceil(seconds / ROW_S - 1e-9)) + 1)
    rest = np.zeros((count, len(positions)))
    return Trajectory(rows(count), np.tile(positions, (count, 1)), rest, rest)


def with_fingers(arms: Trajectory, motions: dict[Side, FingerMotion]) -> Trajectory:
    """Arm motion with the fingers moving from its start on; the arms wait at the end for fingers that take longer."""
    longest = max((motion.duration for motion in motions.values()), default=0.0)
    count = max(len(arms.times), int(np.ceil(longest / ROW_S - 1e-9)) + 1)
    extra = count - len(arms.times)
    times = arms.start + rows(count)
    positions = np.pad(arms.positions, ((0, extra), (0, 0)), mode="edge")
    velocities = np.pad(arms.velocities, ((0, extra), (0, 0)))
    accelerations = np.pad(arms.accelerations, ((0, extra), (0, 0)))
    for side, motion in motions.items():
        column = names.GRIPPER_COLUMN[side]
        sampled = motion.sample(times - arms.start)
        positions[:, column], velocities[:, column], accelerations[:, column] = sampled
    return Trajectory(times, positions, velocities, accelerations)


def at_even_pace(arms: Trajectory, seconds: float) -> Trajectory:
    """The same path in that time [s] at an even pace, but for its two ends; the motion itself where that takes longer anyway."""
    if seconds <= arms.duration:
        return arms
    on_path = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(arms.positions, axis=0), axis=1))])
    on_path += 1e-9 * np.arange(len(on_path))  # strictly increasing, where it rests as well
    times = rows(int(np.ceil(seconds / ROW_S - 1e-9)) + 1)
    share = _eased(times / times[-1], min(_EASE_S / seconds, 1.0 / 3.0))
    positions = arms.sample(np.interp(share * on_path[-1], on_path, arms.times))[0]
    positions[0], positions[-1] = arms.positions[0], arms.positions[-1]
    velocities = np.gradient(positions, ROW_S, axis=0)
    velocities[[0, -1]] = 0.0
    accelerations = np.gradient(velocities, ROW_S, axis=0)
    accelerations[[0, -1]] = 0.0
    return Trajectory(arms.start + times, positions, velocities, accelerations)


def _eased(u: Array, ramp: float) -> Array:
    """From 0 to 1 at an even pace with smooth ramps at both ends, each a share of the time."""
    grid = np.linspace(0.0, 1.0, 501)
    edge = np.clip(np.minimum(grid, 1.0 - grid) / ramp, 0.0, 1.0)
    pace = edge**2 * (3.0 - 2.0 * edge)
    way = np.concatenate([[0.0], np.cumsum((pace[1:] + pace[:-1]) / 2)])
    return np.asarray(np.interp(u, grid, way / way[-1]))


@dataclass(frozen=True)
class Timeline:
    """Legs one after the other, each starting where and when the one before ends; still before and after."""

    legs: tuple[Leg, ...]

    @classmethod
    def starting(cls, start: float, legs: tuple[Leg, ...]) -> "Timeline":
        """Legs that were planned from time 0, put on the clock one after the other from ``start`` [s] on."""
        placed = []
        for leg in legs:
            trajectory = leg.trajectory.shifted(start - leg.trajectory.start)
            placed.append(Leg(trajectory, leg.contacts, leg.note))
            start = trajectory.end
        return cls(tuple(placed))

    @property
    def start(self) -> float:
        """When the first leg sets out [s]."""
        return self.legs[0].trajectory.start

    @property
    def end(self) -> float:
        """When the last leg has arrived [s]."""
        return self.legs[-1].trajectory.end

    @property
    def goal(self) -> Array:
        """Joints at the end, shape (14,)."""
        return self.legs[-1].trajectory.positions[-1]

    def index(self, time: float) -> int:
        """The leg that runs at a time; the nearest one before and after all of them."""
        return next((i for i, leg in enumerate(self.legs) if time < leg.trajectory.end), len(self.legs) - 1)

    def at(self, times: Array) -> Array:
        """Joints at times of shape (m,), shape (m, 14)."""
        joints = np.tile(self.legs[0].trajectory.positions[0], (len(times), 1))
        for leg in self.legs:
            begun = times >= leg.trajectory.start
            if begun.any():
                joints[begun] = leg.trajectory.sample(times[begun])[0]
        return joints

    def contacts(self, first: float, last: float) -> tuple[ContactPair, ...]:
        """What the legs between two times may bring together."""
        running = self.legs[self.index(first) : self.index(last) + 1]
        return tuple(dict.fromkeys(pair for leg in running for pair in leg.contacts))

    def grid(self, time: float) -> float:
        """The first sample of the legs at or after a time [s], so that windows meet the samples exactly."""
        return self.start + ROW_S * float(np.ceil((time - self.start) / ROW_S - 1e-6))

    def note(self, time: float) -> str:
        """What the leg that runs at a time does, in words."""
        return self.legs[self.index(time)].note

    def later(self, seconds: float) -> "Timeline":
        """The same legs, later."""
        return Timeline(tuple(Leg(leg.trajectory.shifted(seconds), leg.contacts, leg.note) for leg in self.legs))

    def speed(self, time: float) -> float:
        """Of the fastest joint at a time [rad/s; m/s]."""
        leg = self.legs[self.index(time)]
        return float(np.abs(leg.trajectory.sample(time)[1]).max())

    def braked(self, time: float, seconds: float) -> "Timeline":
        """The same path from a time [s] on, coming to rest within that many seconds: its pace falls as a cubic."""
        u = np.minimum(rows(int(np.ceil(seconds / ROW_S - 1e-9)) + 1) / seconds, 1.0)
        times = time + seconds * (u - u**3 + u**4 / 2)
        pace = (1.0 - 3.0 * u**2 + 2.0 * u**3)[:, None]
        positions = self.at(times)
        velocities = pace * np.array([self.legs[self.index(float(at))].trajectory.sample(float(at))[1] for at in times])
        accelerations = np.gradient(velocities, ROW_S, axis=0)
        accelerations[-1] = 0.0
        trajectory = Trajectory(time + rows(len(u)), positions, velocities, accelerations)
        return Timeline((Leg(trajectory, self.contacts(time, float(times[-1])), self.note(time)),))

    def behind(self, positions: Array, time: float, most: float) -> float:
        """How long before ``time`` the legs had the arms nearest to ``positions``, shape (14,), at ``most`` so long [s]."""
        times = time - rows(int(most / ROW_S) + 1)
        return float(time - times[int(np.argmin(_apart(self.at(times), positions)))])

    def nearest_leg(self, positions: Array, time: float) -> int:
        """The earliest leg, not after the one that runs at ``time``, that comes nearest to ``positions``, shape (14,)."""
        legs = self.legs[: self.index(time) + 1]
        distances = [float(_apart(leg.trajectory.positions, positions).min()) for leg in legs]
        nearest = min(distances)
        return next(i for i, distance in enumerate(distances) if distance <= nearest + _SAME_RAD)


def _apart(joints: Array, positions: Array) -> Array:
    """Largest difference of an arm joint from each row, shape (m, 14), to ``positions``; shape (m,) [rad]."""
    arms = [column for side in names.SIDES for column in range(names.DOF)[names.ARM_COLUMNS[side]]]
    return np.asarray(np.abs(joints[:, arms] - positions[arms]).max(axis=1))
