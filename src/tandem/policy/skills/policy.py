"""The skills policy: a step becomes planned motions, sampled into chunks as they run."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.chunk import ActionChunk, Outcome, Verdict
from tandem.cell.collision import CollisionModel
from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.cell.robot import RobotModel
from tandem.motion.protocol import Planner
from tandem.policy.protocol import PolicyOutput, Status
from tandem.policy.skills import motion
from tandem.policy.skills.actions import Action, Go, Report, Skill, SkillFailure
from tandem.policy.skills.catalogue import SKILLS
from tandem.policy.skills.gripping import kept_travel
from tandem.policy.skills.situation import Situation
from tandem.policy.skills.timeline import ROW_S, Timeline, rows

Array = NDArray[np.float64]

LEAD_S = 0.12
"""A new motion sets out this long after it was planned, so that its first chunk is certified before [s]."""

REPLANS = 4
"""So often one motion is planned again from about the same place before it is given up."""

GETTING_ON_RAD = 0.1
"""Arms that came farther than this since the last time are not stuck."""

SETTLE_S = 0.3
"""After a disturbance nothing is asked of the arms for this long at least [s]."""

SLIDE_S = 2.0
"""Arms that were slowed down are looked for on their path so far behind [s]."""

BRAKING_S = 0.16
"""A motion that has got far enough comes to rest on its path in this time, evenly, rather than with a jerk [s]."""

SLOW_ENOUGH, BRAKING_FAST_S = 0.15, 0.8
"""One in which a joint is faster than this [rad/s] takes so long, and is over when the arms are at rest [s]."""

_DISTURBING = (Outcome.TRUNCATED, Outcome.REJECTED, Outcome.STOPPED)


@dataclass
class _Run:
    """A step being carried out. ``since`` is the time of a disturbance that isn't over, and ``why`` what it was."""

    skill: Skill
    step_id: str
    situation: Situation
    timeline: Timeline
    action: Action | None = None
    goals_done: int = 0
    replans: int = 0
    stuck_at: Array | None = None
    deadline: float = 0.0
    progress: float = 0.0
    slowed: bool = False
    since: float | None = None
    why: str = ""


class SkillsPolicy:
    """Plans and carries out steps; see ``tandem.policy.protocol``. Not safe to share between threads.

    Args:
        planner: makes the motions.
        robot: kinematics of the cell; its own by default.
        clock: the cell's time now [s], for a policy that thinks while the cell goes on; without it time stands still meanwhile,
            and an observation's stamp is now.
    """

    name = "skills"
    cameras: tuple[str, ...] = ()
    replan_period_s: float | None = None

    def __init__(self, planner: Planner, robot: RobotModel | None = None, clock: Callable[[], float] | None = None) -> None:
        self._planner = planner
        self._robot = robot or RobotModel()
        self._collision = CollisionModel(self._robot)
        self._clock = clock
        self._rows = int(description.settings("cell.yaml")["control"]["chunk_rows"])
        self._sequence = 0
        self._run: _Run | None = None

    def begin(self, step: Step, step_id: str, observation: Observation) -> None:
        """Start a step.

        Raises:
            ValueError: no skill does that.
        """
        if step.verb not in SKILLS:
            raise ValueError(f"there is no skill for '{step.verb}'; there are {', '.join(SKILLS)}")
        situation = Situation(self._robot, self._collision, observation, self._commanded(observation))
        timeline = motion.resting_timeline(situation.commanded, observation.stamp, (), "")
        self._run = _Run(SKILLS[step.verb](situation, step), step_id, situation, timeline)

    def infer(self, observation: Observation) -> PolicyOutput:
        """The next window of what was planned; plans what comes next when a part is over.

        Raises:
            RuntimeError: no step was begun.
        """
        if self._run is None:
            raise RuntimeError("no step was begun")
        run = self._run
        run.situation.observation = observation
        try:
            report = self._look_after(run)
            while report is not None:
                run.action = run.skill.send(report) if run.action is not None else next(run.skill)
                report = self._start(run)
        except StopIteration:
            return self._output(run, "done", "done")
        except SkillFailure as failure:
            return self._output(run, "failed", str(failure))
        return self._output(run, "running", run.why or run.timeline.note(self._now()))

    def heard(self, verdict: Verdict) -> None:
        """A chunk that was cut or refused means that the rest must be planned again from where the arms come to rest."""
        run = self._run
        if run is None or verdict.step_id != run.step_id:
            return
        if verdict.outcome == Outcome.SLOWED:
            run.slowed = True
        elif verdict.outcome in _DISTURBING:
            self._disturb(run, verdict.reason or verdict.outcome.name.lower())

    def _now(self) -> float:
        """The cell's time, never before the newest observation [s]."""
        assert self._run is not None
        stamp = self._run.situation.observation.stamp
        return stamp if self._clock is None else max(stamp, self._clock())

    def _look_after(self, run: _Run) -> Report | None:
        """The report of the running action once it has ended, None before."""
        observation, action = run.situation.observation, run.action
        run.situation.commanded = run.timeline.at(np.full(1, observation.stamp))[0]
        if action is None:
            return Report(True)
        if run.since is not None:
            return self._recover(run, run.since)
        self._slide(run)
        if motion.has_lost(run.timeline, observation):
            self._disturb(run, "the arms don't follow the plan")
            return None
        if not isinstance(action, Go):
            if action.holds(observation):
                return self._ended(run, Report(True))
            late = observation.stamp >= run.deadline
            return self._ended(run, Report(False, reason=f"{action.note}: waited {action.limit_s:.1f} s")) if late else None
        if action.enough is not None and action.enough(observation):
            return self._brake(run, action)
        return self._ended(run, Report(True)) if motion.has_arrived(run.timeline, observation) else None

    def _brake(self, run: _Run, action: Go) -> Report | None:
        """End a motion before its end: at once where it is slow, else on its path."""
        now = self._now()
        if run.timeline.speed(now) > SLOW_ENOUGH:
            run.timeline = run.timeline.braked(now, BRAKING_FAST_S)
            run.action = replace(action, enough=None)
            return None
        here = run.timeline.at(np.full(1, now + BRAKING_S / 2))[0]
        run.timeline = motion.resting_timeline(here, now, run.timeline.legs[-1].contacts, action.goals[-1].note)
        return self._ended(run, Report(True))

    def _ended(self, run: _Run, report: Report) -> Report:
        run.situation.commanded = run.timeline.goal
        if run.action is not None:
            run.progress = max(run.progress, run.action.progress)
        return report

    def _start(self, run: _Run) -> Report | None:
        """Begin the action that the skill asked for; a report at once where there is nothing to do, or no way."""
        observation, action = run.situation.observation, run.action
        run.replans, run.goals_done, run.stuck_at = 0, 0, None
        if isinstance(action, Go):
            return self._plan(run, action, moved=False)
        assert action is not None
        if action.holds(observation):
            return self._ended(run, Report(True))
        run.deadline = observation.stamp + action.limit_s
        run.timeline = motion.resting_timeline(run.situation.commanded, self._now(), action.contacts, action.note)
        return None

    def _plan(self, run: _Run, action: Go, *, moved: bool) -> Report | None:
        """Put the legs that are left on the clock."""
        observation = run.situation.observation
        start = motion.from_here(observation, run.situation.commanded)
        goals = action.goals[run.goals_done :]
        try:
            legs = motion.plan_legs(self._planner, goals, start, observation, seed=run.replans)
        except motion.Unplannable as failure:
            return Report(False, moved=moved, reason=str(failure))
        run.timeline = Timeline.starting(self._now() + LEAD_S, legs)
        return None

    def _disturb(self, run: _Run, why: str) -> None:
        if run.since is None:
            run.since, run.why = run.situation.observation.stamp, why

    def _recover(self, run: _Run, since: float) -> Report | None:
        """Once the arms are at rest, go on from where they are."""
        observation = run.situation.observation
        if observation.stamp < since + SETTLE_S or not motion.arms_rest(observation):
            return None
        why, run.since, run.why, run.slowed = run.why, None, "", False
        getting_on = run.stuck_at is None or motion.apart(observation.positions, run.stuck_at) > GETTING_ON_RAD
        run.replans = 1 if getting_on else run.replans + 1
        run.stuck_at = observation.positions
        if run.replans > REPLANS:
            return Report(False, reason=why)
        if not isinstance(run.action, Go):
            assert run.action is not None
            here = motion.from_here(observation, run.situation.commanded)
            run.timeline = motion.resting_timeline(here, self._now(), run.action.contacts, run.action.note)
            return None
        run.goals_done += run.timeline.nearest_leg(observation.positions, since)
        report = self._plan(run, run.action, moved=True)
        return None if report is None else replace(report, reason=f"{why}; then {report.reason}")

    def _slide(self, run: _Run) -> None:
        """After the executor slowed the arms down, let the plan wait for them."""
        if not run.slowed:
            return
        run.slowed = False
        observation = run.situation.observation
        behind = run.timeline.behind(observation.positions, observation.stamp, SLIDE_S)
        if behind > ROW_S:
            run.timeline = run.timeline.later(behind)

    def _output(self, run: _Run, status: Status, reason: str) -> PolicyOutput:
        progress = 1.0 if status == "done" else run.progress
        return PolicyOutput(None if run.since is not None else self._chunk(run), status, reason, progress)

    def _chunk(self, run: _Run) -> ActionChunk:
        now = self._now()
        first = run.timeline.grid(now)
        times = first + rows(self._rows)
        self._sequence += 1
        return ActionChunk(
            stamp=first,
            step_dt=ROW_S,
            positions=run.timeline.at(times),
            joint_names=names.JOINTS,
            source=self.name,
            sequence=self._sequence,
            step_id=run.step_id,
            allowed_contacts=run.timeline.contacts(now, float(times[-1])),
            note=run.timeline.note(now),
        )

    def _commanded(self, observation: Observation) -> Array:
        """Where the arms were sent last, as far as that fits what is measured."""
        measured = observation.positions.copy()
        for side, column in names.GRIPPER_COLUMN.items():
            held = observation.scene.held_by(side)
            if held is not None:
                measured[column] = kept_travel(float(measured[column]), held.category)
        if self._run is None:
            return measured
        before = self._run.timeline.goal
        near = motion.apart(measured, before) < motion.ARRIVED_RAD and np.abs(measured - before)[~motion.ARMS].max() < 0.004
        return before if near else measured
