"""The safety filter: an ActionChunk becomes a certified trajectory and a verdict, or a refusal that changes nothing."""

from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.chunk import ActionChunk, ContactPair, Outcome, Verdict
from tandem.cell.collision import HUMAN, CollisionModel, Point
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene
from tandem.cell.trajectory import Trajectory
from tandem.safety import grippers
from tandem.safety.aside import Aside
from tandem.safety.join import Rows, rows_ahead
from tandem.safety.limits import excess
from tandem.safety.pace import follow, slow_down
from tandem.safety.separation import Breach, first_breach, warm_up
from tandem.safety.settings import ARM, Rates, filter_settings, ordinary_rates
from tandem.safety.shape import Shaper
from tandem.safety.timeline import joined, since, state_at
from tandem.safety.together import Stray, Together
from tandem.safety.tool_speed import ToolSpeed
from tandem.safety.validate import refusal

Array = NDArray[np.float64]

_FARTHER_S = 0.05
"""A motion that goes aside and still runs into something must get farther than the one asked for by this [s]."""
_RAMPS_S = (0.1, 0.16, 0.24, 0.34, 0.46, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class World:
    """What stands around the arms, and what keeps the fingers.

    Attributes:
        scene: objects as perceived.
        humans: points of human bodies in the world [m].
        blocked: columns of grippers that can't close farther, and where they are [m].
        speed: of the tools that is allowed, as a fraction of their limit, 0 < speed <= 1 (S8).
        together: pose of the right tcp in the left one's frame, while both hands hold one object (S7).
    """

    scene: Scene
    humans: tuple[Point, ...] = ()
    blocked: tuple[tuple[int, float], ...] = ()
    speed: float = 1.0
    together: pin.SE3 | None = None


@dataclass(frozen=True)
class Certified:
    """The filter's answer: a trajectory that ends at rest, or None, and the verdict."""

    trajectory: Trajectory | None
    verdict: Verdict


class SafetyFilter:
    """Certifies chunks by the invariants S2 to S5. Holds robot models; not safe to share between threads."""

    def __init__(self) -> None:
        robot = RobotModel()
        self._rates, self._settings = ordinary_rates(), filter_settings()
        self._tools = ToolSpeed(robot)
        self._collisions = CollisionModel()
        warm_up(self._collisions, home_positions())
        self._together = Together(robot)
        self._shaper = Shaper(self._tools, self._rates, self._settings)
        self._aside = Aside(robot, self._collisions, self._rates)

    def certify(self, chunk: ActionChunk, running: Trajectory, world: World, now: float) -> Certified:
        """Judge a chunk.

        Args:
            chunk: what is asked for.
            running: the certified trajectory under way, ending at rest; the chunk takes over from it a moment after ``now``.
            world: what stands around the arms.
            now: the cell's time [s].

        Returns:
            The trajectory from the running one's start on, and the verdict; None where nothing of the chunk is carried out.
        """
        began = perf_counter()
        certified = self._judge(chunk, running, world, now)
        spent = (perf_counter() - began) * 1e3
        return replace(certified, verdict=replace(certified.verdict, compute_ms=spent))

    def still_clear(self, running: Trajectory, world: World, allowed: tuple[ContactPair, ...], now: float) -> Breach | None:
        """Where the rest of a trajectory would come nearer than half a margin in a world that has changed.

        Half, because estimates of where things stand differ a little every time.
        """
        rest = since(running, now)
        self._collisions.set_world(world.scene, allowed, world.humans)
        return first_breach(self._collisions, grippers.with_blocked(rest, dict(world.blocked)), share=0.5)

    def not_faster(self, motion: Trajectory, speed: float, rates: Rates) -> Trajectory | None:
        """The motion, slower on its path where a tool would move at more than ``speed`` of its limit; None where it can't be."""
        too_fast = self._tools.excess(motion, speed * rates.tool_speed) if speed < 1.0 else None
        return motion if too_fast is None else slow_down(motion, motion.start, 1.0 / too_fast.stretch, rates)

    def _judge(self, chunk: ActionChunk, running: Trajectory, world: World, now: float) -> Certified:
        why = refusal(chunk, now)
        if why:
            return _refused(chunk, now, "S5", why)
        # A chunk that begins later takes over when it begins.
        start = state_at(running, max(now + self._settings.splice_s, chunk.stamp))
        rows = rows_ahead(chunk, start, self._rates)
        if len(rows.times) == 0:
            return _refused(chunk, now, "S5", "all its rows are in the past")
        farthest = int(np.argmax(np.abs(rows.offset)))
        if abs(rows.offset[farthest]) > self._settings.start_deviation:
            away = f"{names.JOINTS[farthest]} would have to jump by {-rows.offset[farthest]:.2f} rad to begin it"
            return _refused(chunk, now, "S5", away)
        motion, verdict = self._within_limits(
            rows, world, Verdict(now, chunk.source, chunk.sequence, chunk.step_id, Outcome.PASSED)
        )
        if motion is None:
            return Certified(None, verdict)
        trouble = self._trouble(chunk, motion, world)
        if isinstance(trouble, Breach):
            beside = self._beside(chunk, rows, world, verdict, trouble)
            motion, verdict, trouble = beside or (motion, verdict, trouble)
        if trouble is not None:
            return self._cut_short(motion, trouble, running, verdict)
        whole = joined(running, motion, now)
        return Certified(whole, replace(verdict, certified_until=whole.end))

    def _within_limits(self, rows: Rows, world: World, verdict: Verdict) -> tuple[Trajectory | None, Verdict]:
        """The rows' motion within the limits of joints and tools, and what was done for it; None where there is none."""
        shaped = self._shaper.shape(rows)
        if shaped.motion is None:
            return None, replace(verdict, outcome=Outcome.REJECTED, rule="S2", reason=shaped.reason)
        verdict = replace(verdict, outcome=shaped.outcome, reason=shaped.reason, rule="S2" if shaped.reason else "")
        slower = self.not_faster(shaped.motion, world.speed, self._rates)
        if slower is None:
            reason = f"it can't be slowed down to {world.speed:.0%} of full speed at once"
            return None, replace(verdict, outcome=Outcome.REJECTED, rule="S8", reason=reason)
        if slower is not shaped.motion and shaped.outcome is Outcome.PASSED:
            reason = f"a human is near: {world.speed:.0%} of full speed"
            verdict = replace(verdict, outcome=Outcome.SLOWED, rule="S8", reason=reason)
        return slower, verdict

    def _beside(
        self, chunk: ActionChunk, rows: Rows, world: World, verdict: Verdict, breach: Breach
    ) -> tuple[Trajectory, Verdict, Breach | Stray | None] | None:
        """A motion that slides along what the rows run into, where it gets farther than theirs, its verdict and its trouble.

        Not along a human, nor while the hands hold one thing together.
        """
        if world.together is not None or any(body.startswith(HUMAN) for body in breach.nearest.bodies):
            return None
        aside = self._aside.rows(rows, dict(world.blocked), self._settings.aside_m)
        if aside is None:
            return None
        motion, shaped = self._within_limits(aside, world, verdict)
        if motion is None:
            return None
        trouble = self._trouble(chunk, motion, world)
        if trouble is not None and trouble.clear_until < breach.clear_until + _FARTHER_S:
            return None
        reason = f"{breach.words} {_when(breach, motion)}; it goes aside"
        return motion, replace(shaped, outcome=Outcome.PROJECTED, reason=reason, **_nearest(breach)), trouble

    def _trouble(self, chunk: ActionChunk, motion: Trajectory, world: World) -> Breach | Stray | None:
        """The first reason for which the motion can't be carried out to its end."""
        stray = None if world.together is None else self._together.stray(motion, world.together)
        breach = self._breach(chunk, motion, world)
        if stray is not None and breach is not None:
            return stray if stray.clear_until < breach.clear_until else breach
        return stray or breach

    def relative_pose(self, positions: Array) -> pin.SE3:
        """Pose of the right tcp in the left one's frame at joints of shape (14,)."""
        return self._together.relative(positions)

    def _breach(self, chunk: ActionChunk, motion: Trajectory, world: World) -> Breach | None:
        blocked = grippers.with_blocked(motion, dict(world.blocked))
        self._collisions.set_world(world.scene, chunk.allowed_contacts, world.humans)
        return first_breach(self._collisions, blocked)

    def _cut_short(self, motion: Trajectory, trouble: Breach | Stray, running: Trajectory, verdict: Verdict) -> Certified:
        """Come to rest on the path before the trouble, if that is worth anything."""
        if isinstance(trouble, Stray):
            verdict = replace(verdict, rule="S7", reason=f"{trouble.reason} {_when(trouble, motion)}")
        else:
            verdict = replace(verdict, reason=f"{trouble.words} {_when(trouble, motion)}", **_nearest(trouble))
        short = self._truncated(motion, trouble.clear_until)
        if short is None:
            return Certified(None, replace(verdict, outcome=Outcome.REJECTED))
        whole = joined(running, short, verdict.stamp)
        return Certified(whole, replace(verdict, outcome=Outcome.TRUNCATED, certified_until=whole.end))

    def _truncated(self, motion: Trajectory, until: float) -> Trajectory | None:
        """The motion with a stop on its path that ends before ``until`` on it, None where that isn't worth it."""
        for ramp_s in _RAMPS_S:
            begin = until - ramp_s / 2 - 1e-3
            if begin < motion.start:
                break
            stop = follow(motion, begin, 0.0, ramp_s)
            if excess(stop, self._rates) is None:
                short = joined(motion, stop, motion.start)
                moved = np.abs(short.positions - short.positions[0])[:, ARM].max()
                worth_it = moved >= self._settings.worth_rad and short.duration >= self._settings.worth_s
                return short if worth_it else None
        return None


def _when(trouble: Breach | Stray, motion: Trajectory) -> str:
    return f"at {trouble.time - motion.start:.2f} s"


def _nearest(breach: Breach) -> dict[str, Any]:
    """What a verdict says of the two bodies."""
    nearest = breach.nearest
    return {"rule": "S3", "bodies": nearest.bodies, "distance": nearest.distance, "margin": nearest.margin}


def _refused(chunk: ActionChunk, now: float, rule: str, reason: str) -> Certified:
    return Certified(None, Verdict(now, chunk.source, chunk.sequence, chunk.step_id, Outcome.REJECTED, rule, reason))
