"""A policy on top of any model that answers with chunks: asks it ahead of time, and joins what it answers without a jump."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.chunk import ActionChunk, Outcome, Verdict
from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.cell.robot import RobotModel
from tandem.cell.scene import Scene
from tandem.cell.trajectory import Trajectory
from tandem.policy.box.goals import VERBS as ON_BOX
from tandem.policy.chunks import plan as plans
from tandem.policy.chunks.contacts import allowed
from tandem.policy.chunks.curve import Curve
from tandem.policy.chunks.delay import DelayEstimate
from tandem.policy.chunks.ending import Ending, Postcondition
from tandem.policy.chunks.grip import grip_kept
from tandem.policy.chunks.idle import IdleArms
from tandem.policy.chunks.joining import Answered, Joiner, lead_over
from tandem.policy.chunks.model import ChunkAnswer, ChunkModel, ChunkRequest, ModelFailure
from tandem.policy.chunks.plan import STEP_S
from tandem.policy.chunks.settings import ChunkSettings
from tandem.policy.chunks.uncertainty import Uncertainty
from tandem.policy.chunks.within import Kept, Limits
from tandem.policy.protocol import Policy, PolicyOutput
from tandem.policy.skills.motion import arms_rest
from tandem.safety.settings import filter_settings
from tandem.safety.timeline import resting

Array = NDArray[np.float64]

_NEAR_RAD = 0.03
"""Arms that are measured this near to where they were sent are there; a controller lags behind by less."""

_SET_BACK_S = 1.0
"""A clock that is so much behind the plan was set back, as a simulator's is with each scene: nothing measured before counts."""

_PACES = (1.0, 0.6, 0.3)
"""Shares of the speed at which an answer is tried that can't be carried out as fast as it wants."""


@dataclass
class _Run:
    """A step being carried out. ``away_since`` is when the model stopped answering, ``disturbed`` what the executor said last."""

    step: Step
    step_id: str
    ending: Ending
    uncertainty: Uncertainty
    idle: IdleArms
    before: Scene
    away_since: float | None = None
    disturbed: str = ""
    progress: float = 0.0
    handed_over: bool = False


class ChunkPolicy:
    """Runs a model; see ``tandem.policy.protocol``. ``heard`` may be called from another thread, the rest may not.

    Args:
        model: predicts chunks.
        settings: how they are joined, and when a step is over.
        clock: the cell's time now [s], for a cell that goes on while the model thinks; without it time stands still meanwhile.
        postcondition: whether a step's purpose is seen to be achieved, for models that don't say when they are done.
        fallback: carries the step out where the model is too unsure; None to fail with a question instead.
    """

    def __init__(
        self,
        model: ChunkModel,
        settings: ChunkSettings | None = None,
        clock: Callable[[], float] | None = None,
        postcondition: Postcondition | None = None,
        fallback: Policy | None = None,
    ) -> None:
        self._model, self._clock, self._postcondition, self._fallback = model, clock, postcondition, fallback
        self._settings = settings or ChunkSettings()
        self.name = model.name
        self.cameras = tuple(model.cameras)
        self._rows = int(description.settings("cell.yaml")["control"]["chunk_rows"])
        self._splice_s = filter_settings().splice_s + self._settings.chunking.slack_s
        self._delay = DelayEstimate(self._settings.chunking)
        self._joiner = Joiner(self._settings.chunking)
        self._limits, self._robot = Limits(), RobotModel()
        self._verdicts: deque[Verdict] = deque(maxlen=100)
        self._plan: Trajectory | None = None
        self._before: Trajectory | None = None
        self._slowed = self._led_aside = False
        self._sequence = 0
        self._run: _Run | None = None

    def begin(self, step: Step, step_id: str, observation: Observation) -> None:
        """Start a step from where the arms are.

        Raises:
            ValueError: the model doesn't do that.
        """
        ending = Ending(self._settings.ending, step, observation, self._postcondition)
        idle = IdleArms(step, self._settings.chunking, observation.scene)
        self._run = _Run(step, step_id, ending, Uncertainty(self._settings.uncertainty), idle, observation.scene)
        self._verdicts.clear()
        self._joiner.forget()
        self._slowed = self._led_aside = False
        self._set_out(observation)
        try:
            self._model.begin(step)
        except ModelFailure:
            self._run.away_since = observation.stamp

    def infer(self, observation: Observation) -> PolicyOutput:
        """Ask the model, and join its answer to what the arms are doing.

        Raises:
            RuntimeError: no step was begun.
        """
        run = self._run
        if run is None:
            raise RuntimeError("no step was begun")
        if run.handed_over:
            return self._fall_back(run, observation)
        self._look_after_plan(observation)
        ruled = self._ruled(run, observation)
        if ruled is not None:
            return ruled
        committed = self._committed(observation)
        try:
            answer = self._ask(ChunkRequest(observation, run.step, committed))
        except ModelFailure as failure:
            return self._without_model(run, observation, str(failure))
        if run.away_since is not None:
            self._delay.restart()
        run.away_since = None
        return self._use(run, observation, committed, answer)

    def _ruled(self, run: _Run, observation: Observation) -> PolicyOutput | None:
        """What follows where the step is over, or nearly so."""
        ruling = run.ending.look(observation)
        if ruling.status == "failed":
            why = f"; {run.disturbed}" if run.disturbed else ""
            return PolicyOutput(None, "failed", ruling.reason + why, run.progress)
        if ruling.status == "done" or ruling.resting:
            progress = 1.0 if ruling.status == "done" else run.progress
            return PolicyOutput(self._rest(run, observation), ruling.status, ruling.reason, progress)
        return None

    def heard(self, verdict: Verdict) -> None:
        """The executor's answer; looked at before the next chunk is asked for."""
        self._verdicts.append(verdict)
        if self._fallback is not None and self._run is not None and self._run.handed_over:
            self._fallback.heard(verdict)

    def close(self) -> None:
        """Give back what the model holds."""
        self._model.close()

    @property
    def replan_period_s(self) -> float | None:
        """How often it wants to be asked in this step [s]."""
        chunking, run = self._settings.chunking, self._run
        return chunking.on_box_period_s if run is not None and run.step.verb in ON_BOX else chunking.replan_period_s

    # What the arms are doing

    def _now(self, observation: Observation) -> float:
        """The cell's time, never before the observation [s]."""
        return observation.stamp if self._clock is None else max(observation.stamp, self._clock())

    def _set_out(self, observation: Observation) -> None:
        """The plan with which a step begins: what is under way, or staying where the arms are. Where the clock was set back,
        nothing is under way, and how long answers took is forgotten."""
        if self._plan is not None and observation.stamp < self._plan.start - _SET_BACK_S:
            self._plan, self._delay = None, DelayEstimate(self._settings.chunking)
        plan = self._plan
        if plan is not None:
            sent = plan.sample(observation.stamp)[0]
            near = float(plans.apart(sent, observation.positions)) < _NEAR_RAD
            if near and not arms_rest(observation):
                return
            self._plan = resting(sent, observation.stamp) if near else plans.at_rest_here(observation, None)
        else:
            self._plan = plans.at_rest_here(observation, None)
        self._before = self._plan

    def _look_after_plan(self, observation: Observation) -> None:
        """Let the plan agree with what the executor said, and with where the arms are."""
        assert self._plan is not None
        assert self._run is not None
        while self._verdicts:
            self._hear(self._verdicts.popleft(), observation)
        if self._led_aside:
            self._led_aside = False
            self._plan = plans.passing_through(self._plan, observation.positions, observation.stamp)
        away = float(plans.apart(self._plan.sample(observation.stamp)[0], observation.positions))
        if self._slowed or away > _NEAR_RAD:
            self._slowed = False
            late, off = plans.behind(self._plan, observation.positions, observation.stamp)
            if late > STEP_S and off < _NEAR_RAD:
                self._plan = self._plan.shifted(STEP_S * round(late / STEP_S))
                self._joiner.forget()
            elif away > self._settings.chunking.lost_rad:
                self._begin_anew(observation)

    def _hear(self, verdict: Verdict, observation: Observation) -> None:
        run = self._run
        assert run is not None
        assert self._plan is not None
        if verdict.step_id != run.step_id:
            return
        run.disturbed = verdict.reason if verdict.outcome >= Outcome.SLOWED else ""
        run.ending.hindered(verdict.reason if verdict.rule == "S3" else "", observation.stamp)
        if verdict.outcome == Outcome.SLOWED:
            self._slowed = True
        elif verdict.outcome == Outcome.PROJECTED and verdict.rule == "S3":
            self._led_aside = True
            self._joiner.forget()
        elif verdict.outcome == Outcome.TRUNCATED:
            self._plan = plans.stopping_by(self._plan, verdict.certified_until)
            self._joiner.forget()
        elif verdict.outcome == Outcome.REJECTED:
            # What was certified before goes on, to its end at rest.
            self._plan = self._before or self._plan
            self._joiner.forget()
        elif verdict.outcome == Outcome.STOPPED:
            self._begin_anew(observation)

    def _begin_anew(self, observation: Observation) -> None:
        self._plan = self._before = plans.at_rest_here(observation, self._plan)
        self._joiner.forget()

    def _committed(self, observation: Observation) -> Array:
        """Rows, on the model's time, that are decided before its answer can take effect, and the next one: a model that is told
        the present one alone doesn't know how fast the arms are, and what it wants can be had only by turning about."""
        assert self._plan is not None
        horizon = self._delay.seconds + self._splice_s
        count = min(1 + int(np.ceil(horizon / self._model.step_dt - 1e-6)), max(1, self._model.rows - 1))
        return self._plan.sample(observation.stamp + self._model.step_dt * np.arange(count, dtype=float))[0]

    # The model

    def _ask(self, request: ChunkRequest) -> ChunkAnswer:
        answer = self._model.predict(request)
        rows = np.asarray(answer.positions, dtype=float)
        if rows.ndim != 2 or rows.shape[1] != names.DOF or len(rows) < 2:
            raise ModelFailure(f"{self._model.name} answered rows of shape {rows.shape}, expected (H, {names.DOF})")
        if not np.isfinite(rows).all():
            raise ModelFailure(f"{self._model.name} answered with a row that is not finite")
        return answer

    def _without_model(self, run: _Run, observation: Observation, why: str) -> PolicyOutput:
        """The arms come to rest on what is certified, until the model answers again."""
        if run.away_since is None:
            run.away_since = observation.stamp
        run.ending.waited(observation)
        self._joiner.forget()
        away = observation.stamp - run.away_since
        if away > self._settings.ending.away_limit_s:
            return PolicyOutput(None, "failed", f"{self.name} has not answered for {away:.0f} s: {why}", run.progress)
        return PolicyOutput(None, "running", f"waiting for {self.name} since {away:.0f} s: {why}", run.progress)

    def _use(self, run: _Run, observation: Observation, committed: Array, answer: ChunkAnswer) -> PolicyOutput:
        now = self._now(observation)
        horizon = self._delay.seconds + self._splice_s
        self._delay.add(now - observation.stamp)
        run.ending.answered(answer.done, answer.felt)
        if not np.isnan(answer.done):
            run.progress = max(run.progress, float(np.clip(answer.done, 0.0, 1.0)))
        ruled = self._ruled(run, observation)
        if ruled is not None:
            return ruled
        if run.uncertainty.asks(answer.spread):
            return self._too_unsure(run, observation, answer.spread)
        pace = run.uncertainty.pace(answer.spread)
        join = plans.next_on_grid(max(observation.stamp + horizon, now + self._splice_s))
        kept = self._within_limits(self._wanted(run, observation, committed, answer), join, pace, now)
        chunk = self._rest(run, observation) if kept is None else self._chunk(run, observation, kept)
        info = dict(answer.info) | {"delay_s": round(self._delay.seconds, 4), "committed_rows": float(len(committed))}
        if pace < 1.0:
            info["pace"] = round(pace, 3)
        if kept is None or kept.reason:
            info["shaped"] = kept.reason if kept else "nothing of it keeps the limits"
        words = run.disturbed or run.step.text or run.step.verb
        return PolicyOutput(chunk, "running", words, run.progress, answer.spread, info)

    def _wanted(self, run: _Run, observation: Observation, committed: Array, answer: ChunkAnswer) -> Curve:
        """What the answer wants, with grips kept and unused arms still, together with older answers as configured."""
        assert self._plan is not None
        rows = grip_kept(np.asarray(answer.positions, dtype=float), committed[-1], observation)
        rows = run.idle.kept_still(rows, committed[-1])
        answered = Answered(observation.stamp, self._model.step_dt, rows, len(committed))
        return self._joiner.curve(answered, self._plan)

    def _within_limits(self, wanted: Curve, join: float, pace: float, now: float) -> Kept | None:
        """The samples of the plan from now on, the curve joined to it at ``join`` [s]; slower where it can't be done as fast."""
        assert self._plan is not None
        for share in _PACES:
            curve = wanted.slower(join, pace * share) if pace * share < 1.0 else wanted
            ahead = lead_over(self._plan, curve, join, plans.grid(now), self._rows, self._joiner.least_s)
            kept = self._limits.keep(ahead, self._plan, join, self._rows)
            if kept is not None:
                return kept
        return None

    def _rest(self, run: _Run, observation: Observation) -> ActionChunk:
        """Come to rest, and stay there."""
        assert self._plan is not None
        now = self._now(observation)
        join = plans.next_on_grid(now + self._splice_s)
        stopping = plans.coming_to_rest(self._plan, join)
        first = plans.grid(now)
        times = plans.grid_times(first, self._rows)
        wanted = Trajectory(times, *stopping.sample(times))
        kept = self._limits.keep(wanted, self._plan, join, self._rows)
        return self._chunk(run, observation, kept or Kept(wanted.positions, first, stopping, ""))

    def _chunk(self, run: _Run, observation: Observation, kept: Kept) -> ActionChunk:
        """Rows as a chunk; what comes of them is the plan from here on."""
        self._before, self._plan = self._plan, plans.recent(kept.plan, kept.start)
        self._sequence += 1
        return ActionChunk(
            stamp=kept.start,
            step_dt=STEP_S,
            positions=kept.rows,
            joint_names=names.JOINTS,
            source=self.name,
            sequence=self._sequence,
            step_id=run.step_id,
            allowed_contacts=allowed(run.step, observation.scene, run.before, self._robot.hands(observation.positions)),
            note=run.step.text or run.step.verb,
        )

    # When it is too unsure

    def _too_unsure(self, run: _Run, observation: Observation, spread: float) -> PolicyOutput:
        what = run.step.text or run.step.verb
        words = f"I am not sure how to do '{what}': my attempts lie {1e3 * spread:.0f} mm apart"
        if self._fallback is None:
            return PolicyOutput(None, "failed", f"{words}. Can you show me, or say it differently?", run.progress, spread)
        chunk = self._rest(run, observation)
        run.handed_over = True
        self._fallback.begin(run.step, run.step_id, observation)
        return PolicyOutput(chunk, "running", f"{words}; the {self._fallback.name} take over", run.progress, spread)

    def _fall_back(self, run: _Run, observation: Observation) -> PolicyOutput:
        assert self._fallback is not None
        output = self._fallback.infer(observation)
        run.progress = max(run.progress, output.progress)
        if output.chunk is None:
            return output
        self._sequence += 1
        return replace(output, chunk=replace(output.chunk, source=self.name, sequence=self._sequence))
