"""Carries a plan through: attempt, verify, next, try again or give up. Free of ROS and of clocks; events in, commands out."""

from collections import deque
from dataclasses import dataclass, replace
from typing import Literal

from tandem.cell.names import other_side
from tandem.cell.plan import STATE_VERBS, WHOLE_VERBS, Step, TaskPlan
from tandem.cell.scene import Scene
from tandem.language.verify import Check, holds
from tandem.language.words import in_words

StepOutcome = Literal["done", "failed", "cancelled", "not_started"]

_ENDS_BY_OBJECT = ("pick", "place", "hand_over", "lift", "give", "insert", *STATE_VERBS, *WHOLE_VERBS)
"""Verbs that are over as soon as their object is where it should be, whatever the policy says."""

_LASTING = ("place", *STATE_VERBS)
"""Verbs whose outcome must still be there when all is done."""


@dataclass(frozen=True)
class StartStep:
    """Carry out step ``index`` of the plan, for the ``attempt``-th time (from 1). ``reason`` says why again, or is empty."""

    step: Step
    index: int
    attempt: int
    reason: str = ""


@dataclass(frozen=True)
class Finished:
    """The plan has ended; ``reason`` says why it failed, or what was achieved."""

    success: bool
    reason: str


@dataclass(frozen=True)
class StepReport:
    """How one step of the plan went; attempts and duration [s] over all its tries, outcome and reason of the newest."""

    step: Step
    attempts: int = 0
    duration_s: float = 0.0
    outcome: StepOutcome = "not_started"
    reason: str = ""


class Sequencer:
    """One run through one plan. Call `next`, carry its command out, tell `step_ended`, and so on until it is `Finished`.

    Args:
        plan: what is to be done.
        max_attempts: of each step.
    """

    def __init__(self, plan: TaskPlan, max_attempts: int = 3) -> None:
        self._steps = plan.steps
        self._max_attempts = max_attempts
        self._queue = deque(range(len(plan.steps)))
        self._reports = [StepReport(step) for step in plan.steps]
        self._before = Scene()
        self._running: int | None = None
        self._why = ""
        self._finished: Finished | None = None

    @property
    def reports(self) -> tuple[StepReport, ...]:
        """One for each step of the plan, in its order."""
        return tuple(self._reports)

    def next(self, scene: Scene) -> StartStep | Finished:
        """What to do now, seen that the scene is so.

        Raises:
            RuntimeError: the step that it gave before hasn't ended.
        """
        if self._running is not None:
            raise RuntimeError(f"step {self._running} has not ended")
        if self._finished is None and not self._queue:
            self._look_back(scene)
        if self._finished is None and self._queue:
            self._prepare(scene)
        if self._finished is not None:
            return self._finished
        index = self._running = self._queue[0]
        self._before = scene
        return StartStep(self._steps[index], index, self._reports[index].attempts + 1, self._why)

    def step_ended(self, outcome: StepOutcome, reason: str, scene: Scene, duration_s: float = 0.0) -> Check:
        """The attempt is over.

        Args:
            outcome: what the policy says of it.
            reason: why, in the policy's words.
            scene: perceived after its end.
            duration_s: that it took [s].

        Returns:
            Whether the step counts as done, and why.
        """
        index = self._end(duration_s)
        step = self._steps[index]
        check = holds(step, self._before, scene)
        done = check.ok is not False if outcome == "done" else bool(check.ok) and step.verb in _ENDS_BY_OBJECT
        seen = check.ok is not None or not reason  # what no scene shows, such as a button's click, is in the policy's words
        why = check.reason if seen and (outcome == "done" or done) else reason or check.reason
        self._reports[index] = replace(self._reports[index], outcome="done" if done else "failed", reason=why)
        if done:
            self._queue.popleft()
            self._why = ""
        elif self._reports[index].attempts >= self._max_attempts:
            self._give_up(index, why)
        else:
            self._why = why
        return Check(done, why)

    def interrupted(self, outcome: StepOutcome, reason: str, duration_s: float = 0.0) -> None:
        """The run was ended from outside, during a step or between two."""
        if self._running is not None:
            index = self._end(duration_s)
            self._reports[index] = replace(self._reports[index], outcome=outcome, reason=reason)
        self._finished = Finished(False, reason)

    def _end(self, duration_s: float) -> int:
        if self._running is None:
            raise RuntimeError("no step is running")
        index, self._running = self._running, None
        report = self._reports[index]
        self._reports[index] = replace(report, attempts=report.attempts + 1, duration_s=report.duration_s + duration_s)
        return index

    def _give_up(self, index: int, why: str) -> None:
        attempts = self._reports[index].attempts
        times = f" after {attempts} attempts" if attempts > 1 else ""
        self._finished = Finished(False, f"could not {self._steps[index].text or self._steps[index].verb}{times}: {why}")

    def _prepare(self, scene: Scene) -> None:
        """Put the steps that must be done again before the next one, such as picking up what was dropped, in front of it."""
        index = self._queue[0]
        needed = self._missing(index, scene)
        if needed is None:
            self._give_up(index, f"{in_words(self._steps[index].object)} is not where this step needs it")
            return
        exhausted = next((k for k in needed if self._reports[k].attempts >= self._max_attempts), None)
        if exhausted is not None:
            self._give_up(exhausted, f"{in_words(self._steps[exhausted].object)} was lost again")
        elif needed:
            self._queue.extendleft(reversed(needed))
            self._why = f"{in_words(self._steps[index].object)} is not in the hand any more"

    def _missing(self, index: int, scene: Scene) -> list[int] | None:
        """Earlier steps to repeat before this one, in order; None when none of them would help."""
        needed: set[int] = set()
        for name, arm in _needs(self._steps[index]):
            item = scene.get(name)
            if item is not None and item.held_by == arm:
                continue
            earlier = next((k for k in range(index - 1, -1, -1) if _brings_into_hand(self._steps[k], name, arm)), None)
            before = None if earlier is None else self._missing(earlier, scene)
            if earlier is None or before is None:
                return None
            needed |= {*before, earlier}
        return sorted(needed)

    def _look_back(self, scene: Scene) -> None:
        """All steps have been done once: is everything still where it was put?"""
        for index, step in enumerate(self._steps):
            if step.verb not in _LASTING or self._touched_later(index):
                continue
            check = holds(step, scene, scene)
            if check.ok is False:
                if self._reports[index].attempts >= self._max_attempts:
                    self._reports[index] = replace(self._reports[index], outcome="failed", reason=check.reason)
                    self._give_up(index, check.reason)
                else:
                    self._queue.append(index)
                    self._why = check.reason
                return
        self._finished = Finished(True, f"{len(self._steps)} steps done" if self._steps else "there is nothing to do")

    def _touched_later(self, index: int) -> bool:
        """Whether a later step moves what this one placed, or what it was placed by, or sets the same part anew."""
        involved = {self._steps[index].object, self._steps[index].target} - {""}
        return any(step.object in involved for step in self._steps[index + 1 :])


def _needs(step: Step) -> tuple[tuple[str, str], ...]:
    """What must be in which hand for a step to begin."""
    if step.verb == "insert" and step.arm != "both":
        return (step.target, other_side(step.arm)), (step.object, step.arm)
    return ((step.object, step.arm),) if step.verb in ("place", "hand_over", "hold", "give") else ()


def _brings_into_hand(earlier: Step, name: str, arm: str) -> bool:
    if earlier.object != name:
        return False
    return earlier.target == arm if earlier.verb == "hand_over" else earlier.verb in ("pick", "lift") and earlier.arm == arm


__all__ = ["Finished", "Sequencer", "StartStep", "StepOutcome", "StepReport"]
