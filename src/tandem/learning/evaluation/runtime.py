"""The whole cell in one process, told a sentence: the same library objects as the nodes use, without ROS, at full speed."""

import time
from collections.abc import Callable
from dataclasses import replace

from tandem.cell.chunk import ActionChunk, Outcome
from tandem.cell.observation import Observation
from tandem.cell.plan import Parsed, Question, Refusal, TaskPlan
from tandem.cell.scene import Scene
from tandem.language.parser import parse
from tandem.language.sequencer import Finished, Sequencer, StartStep, StepOutcome, StepReport
from tandem.learning.evaluation.episode import Ending, EpisodeResult, TraceEvent
from tandem.learning.evaluation.intended import StepWindow
from tandem.learning.evaluation.loop import CellLoop, CellTiming
from tandem.learning.evaluation.recording import Recording
from tandem.learning.evaluation.watching import Watcher
from tandem.policy.protocol import Policy, asking_period_s
from tandem.sim.randomisation import NONE, Randomisation
from tandem.sim.scenes import SceneSpec

_SETTLE_S = 0.4
"""A step is judged by a scene at least this much younger than its end."""

_AFTERWARDS_S = 1.0
"""What was put down comes to rest before the truth is looked at."""

_STEP_TIMEOUT_S = 60.0
_EPISODE_TIMEOUT_S = 300.0
_SCENE_TIMEOUT_S = 5.0
_REST_TIMEOUT_S = 3.0


PolicyMaker = Callable[[Callable[[], float]], Policy]
"""Makes a policy that can ask for the cell's time [s], as `tandem.policy.registry.make` does."""


class InProcessCell:
    """A simulated cell with a policy. Not safe to share between threads.

    Attributes:
        loop: the cell below the policy.
    """

    def __init__(self, make_policy: PolicyMaker, timing: CellTiming | None = None) -> None:
        self.loop = CellLoop(timing)
        # Simulated time stands still while the policy thinks; what it decides arrives that much later.
        self._policy = make_policy(lambda: self.loop.now + self.loop.timing.inference_s)

    def reset(
        self, scene: SceneSpec, watcher: Watcher | None = None, randomisation: Randomisation = NONE, delay_s: float = 0.0
    ) -> None:
        """Set up a scene, with both arms at home.

        Args:
            scene: to set up.
            watcher: looks on until the next reset.
            randomisation: in what the cell differs from the nominal one.
            delay_s: added to the time from an observation to the policy's chunk [s].
        """
        self.loop.reset(scene, self._policy.heard, randomisation, delay_s)
        self._watcher = watcher
        if watcher is not None:
            watcher.start(self.loop)
            self.loop.every(watcher.period, watcher.look)
        self._trace: list[TraceEvent] = []
        self._windows: list[StepWindow] = []
        self._sequence = 0

    def run_instruction(self, text: str, *, max_attempts: int = 3, limit_s: float = 0.0) -> EpisodeResult:
        """Understand a sentence, carry it out, verify it by perception, try again; ends with the arms at rest.

        Args:
            text: the sentence.
            max_attempts: at each step.
            limit_s: after so long it is ended wherever it is [s]; 0 for as long as an episode may take at all.
        """
        begun, started = time.perf_counter(), self.loop.now
        self._deadline = started + (limit_s or _EPISODE_TIMEOUT_S)
        self._note("instruction", text)
        plan = TaskPlan(text, ())
        reports: tuple[StepReport, ...] = ()
        ending: Ending = "no_scene"
        reason = "perception gives no scene"
        if (scene := self._fresh_scene(0.0)) is not None:
            parsed = parse(text, scene)
            ending, reason = _answer(parsed)
            if isinstance(parsed, TaskPlan):
                plan, sequencer = parsed, Sequencer(parsed, max_attempts)
                ending, reason = self._carry_out(sequencer, scene)
                reports = sequencer.reports
        self._note("end", f"{ending}: {reason}")
        duration = self.loop.now - started
        self.loop.run_until(lambda: self.loop.at_rest, _REST_TIMEOUT_S)
        self.loop.run_for(_AFTERWARDS_S)
        return EpisodeResult(
            instruction=text,
            ending=ending,
            reason=reason,
            plan=plan.steps,
            steps=reports,
            windows=self._closed_windows(),
            verdicts=self.loop.interventions,
            chunks=self._sequence,
            duration_s=duration,
            wall_s=time.perf_counter() - begun,
            trace=tuple(self._trace),
        )

    def recording(self) -> Recording:
        """What really happened since the reset: for the evaluator."""
        sim = self.loop.sim
        return Recording.from_states(sim.scene, self.loop.log.recorded(), sim.cell, sim.truth.contacts)

    def _carry_out(self, sequencer: Sequencer, scene: Scene) -> tuple[Ending, str]:
        command = sequencer.next(scene)
        while isinstance(command, StartStep):
            if self.loop.now >= self._deadline:
                sequencer.interrupted("cancelled", "the episode's time is up")
                return "timed_out", "the episode's time is up"
            began = self.loop.now
            if self._watcher is not None:
                self._watcher.step_began(command)
            self._note("step", f"attempt {command.attempt}: {command.step.text}; {command.reason}".rstrip("; "))
            outcome, reason = self._step(command)
            duration = self.loop.now - began
            if self._watcher is not None:
                self._watcher.step_ended(outcome, reason)
            self._windows.append(StepWindow(command.step, began, self.loop.now))
            self._note("step", f"{outcome}: {reason}".rstrip(": "))
            seen = self._fresh_scene(_SETTLE_S) if not self.loop.stopped else None
            if seen is None:
                why = self.loop.stopped or "perception gives no fresh scene"
                sequencer.interrupted("failed", why, duration)
                return ("stopped" if self.loop.stopped else "no_scene"), why
            check = sequencer.step_ended(outcome, reason, seen, duration)
            if self._watcher is not None:
                self._watcher.step_verified(check.ok is True, check.reason)
            self._note("verified", f"{'yes' if check.ok else 'no'}: {check.reason}")
            command = sequencer.next(seen)
        assert isinstance(command, Finished)
        return ("done" if command.success else "step_failed"), command.reason

    def _step(self, command: StartStep) -> tuple[StepOutcome, str]:
        """One attempt at a step: outcome and reason."""
        step_id = f"{command.index + 1}.{command.attempt}"
        try:
            self._policy.begin(command.step, step_id, self._observation())
        except ValueError as error:
            return "failed", str(error)
        deadline = min(self.loop.now + _STEP_TIMEOUT_S, self._deadline)
        while self.loop.now < deadline and not self.loop.stopped:
            asked = self.loop.now
            output = self._policy.infer(self._observation())
            self.loop.run_for(self.loop.timing.inference_s)
            if output.chunk is not None and not self.loop.stopped:
                self._submit(output.chunk)
            if output.status == "done":
                return "done", output.reason
            if output.status == "failed":
                return self._give_up(output.reason)
            asks_again = asked + asking_period_s(self._policy)
            self.loop.run_until(lambda: bool(self.loop.stopped), max(0.0, asks_again - self.loop.now))
        late = "the episode's time is up" if self.loop.now >= self._deadline else f"not done after {_STEP_TIMEOUT_S:.0f} s"
        return self._give_up(self.loop.stopped or late)

    def _observation(self) -> Observation:
        return self.loop.observation(self._policy.cameras)

    def _submit(self, chunk: ActionChunk) -> None:
        self._sequence += 1
        verdict = self.loop.submit(replace(chunk, sequence=self._sequence))
        if verdict.outcome != Outcome.PASSED:
            self._note("verdict", f"{verdict.outcome.name.lower()} {verdict.rule}: {verdict.reason} ({chunk.note})")

    def _give_up(self, reason: str) -> tuple[StepOutcome, str]:
        """The arms come to rest."""
        self.loop.halt(self._policy.name)
        self.loop.run_until(lambda: self.loop.at_rest, _REST_TIMEOUT_S)
        return "failed", reason

    def _fresh_scene(self, settle_s: float) -> Scene | None:
        """A scene that is seen at least so long after now [s]; None when perception gives none."""
        wanted = self.loop.now + settle_s
        self.loop.run_until(lambda: self.loop.scene is not None and self.loop.scene.stamp >= wanted, _SCENE_TIMEOUT_S)
        scene = self.loop.scene
        return scene if scene is not None and scene.stamp >= wanted else None

    def _closed_windows(self) -> tuple[StepWindow, ...]:
        """Each attempt's time until the next one began."""
        starts = [window.start for window in self._windows[1:]]
        return tuple(replace(window, end=end) for window, end in zip(self._windows, [*starts, self.loop.now], strict=False))

    def _note(self, kind: str, text: str) -> None:
        self._trace.append(TraceEvent(round(self.loop.now, 3), kind, text))


def _answer(parsed: Parsed) -> tuple[Ending, str]:
    """How an instruction ends that isn't carried out."""
    if isinstance(parsed, Question):
        return "question", parsed.question
    return ("refused", parsed.reason) if isinstance(parsed, Refusal) else ("done", "")
