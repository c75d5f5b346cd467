"""Looks on while an instruction is carried out and keeps it as the frames of a dataset."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.plan import PART_VERBS, Step
from tandem.cell.robot import RobotModel
from tandem.cell.scene import SceneObject
from tandem.language.sequencer import StartStep, StepOutcome
from tandem.learning.datasets import features
from tandem.learning.datasets.episode import Episode, Line
from tandem.learning.datasets.images import QUALITY, encode
from tandem.learning.evaluation.loop import CellLoop
from tandem.policy import grounding
from tandem.policy.box.looks import Look
from tandem.policy.images import square_image

AFTERWARDS_S: Final = 0.3
"""So long after a step's end frames go on: a model learns by them when a step is done."""


@dataclass
class _Attempt:
    """An attempt at a step: ``ended`` [s] and ``outcome`` are known later; ``goal`` is where its object is to go, ``looks`` are
    what there was to see and feel at its frames."""

    step: Step
    goal: SceneObject | None
    index: int
    attempt: int
    began: float
    first_frame: int
    ended: float | None = None
    end_frame: int = 0
    outcome: str = "running"
    reason: str = ""
    mistakes: int = 0
    looks: list[Look] = field(default_factory=list)


@dataclass
class _Frames:
    """What was collected, a list entry a frame; ``actions`` is one short while the next look is awaited."""

    numbers: dict[str, list[NDArray[Any]]] = field(default_factory=dict)
    images: dict[str, list[bytes]] = field(default_factory=dict)
    actions: list[NDArray[Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    attempts: list[int] = field(default_factory=list)
    mistakes: list[bool] = field(default_factory=list)


class EpisodeRecorder:
    """See `tandem.learning.evaluation.watching`.

    A frame's action is what the controllers are told one frame later, so it is known with the next look. Attempts at parts of the
    BusyBox that failed, such as fingers that slipped off a plug, aren't to be imitated.

    Args:
        image_size: width and height of the images [px].
        quality: of the images, as JPEG counts it.
        is_mistake: whether what happens now is not to be imitated.
    """

    period = 1.0 / features.FPS

    def __init__(self, image_size: int, quality: int = QUALITY, is_mistake: Callable[[], bool] = lambda: False) -> None:
        self._size, self._quality, self._is_mistake = image_size, quality, is_mistake
        self._robot = RobotModel()
        self._forget()

    def start(self, loop: CellLoop) -> None:
        """Begin an episode."""
        self._loop = loop
        self._forget()

    def step_began(self, command: StartStep) -> None:
        """Frames follow."""
        loop, step = self._loop, command.step
        wanted = None if loop.scene is None else grounding.goal(loop.scene, step)
        self._attempts.append(_Attempt(step, wanted, command.index, command.attempt, loop.now, len(self._frames.times)))

    def step_ended(self, outcome: StepOutcome, reason: str) -> None:
        """Some more frames follow."""
        attempt = self._attempts[-1]
        attempt.ended, attempt.outcome, attempt.reason = self._loop.now, outcome, reason

    def step_verified(self, done: bool, reason: str) -> None:
        """Perception has the last word."""
        self._attempts[-1].outcome = "done" if done else "failed"
        self._attempts[-1].reason = reason

    def look(self) -> None:
        """Finish the frame before, and keep one of now where a step is running or has just ended."""
        frames = self._frames
        if len(frames.actions) < len(frames.times):
            frames.actions.append(self._loop.commanded().astype(np.float32))
        if not self._attempts or self._loop.scene is None:
            return
        attempt = self._attempts[-1]
        if attempt.ended is None or self._loop.now <= attempt.ended + AFTERWARDS_S:
            self._keep(attempt)

    def episode(self, line: Line) -> Episode | None:
        """What was kept, None where no step was begun; ``line`` is what else is known of it."""
        frames = self._frames
        count = len(frames.actions)
        if not count:
            return None
        for number, attempt in enumerate(self._attempts):
            following = self._attempts[number + 1].first_frame if number + 1 < len(self._attempts) else count
            attempt.end_frame = min(following, count)
            if attempt.outcome == "failed" and attempt.step.verb in PART_VERBS:
                frames.mistakes[attempt.first_frame : attempt.end_frame] = [True] * (attempt.end_frame - attempt.first_frame)
            attempt.mistakes = sum(frames.mistakes[attempt.first_frame : attempt.end_frame])
        numbers = {key: np.stack(values[:count]) for key, values in frames.numbers.items()}
        for attempt in self._attempts:
            self._tell_as_done(attempt, numbers[features.GROUNDING])
        numbers[features.ACTION] = np.stack(frames.actions)
        numbers[features.STEP_INDEX] = np.array(frames.attempts[:count], np.int64)
        numbers[features.STEP_REMAINING] = np.array([self._remaining(frame) for frame in range(count)], np.float32)
        numbers[features.IS_MISTAKE] = np.array(frames.mistakes[:count], bool)
        texts = tuple(self._attempts[number].step.text for number in frames.attempts[:count])
        images = {key: encoded[:count] for key, encoded in frames.images.items()}
        return Episode(numbers, images, texts, {**line, "steps": self.steps()})

    @staticmethod
    def _tell_as_done(attempt: _Attempt, rows: NDArray[Any]) -> None:
        """Rows of an attempt on the BusyBox, shape (N, ...), by what was done in it, which is known at its end."""
        told = grounding.box_tables(attempt.looks, attempt.step)
        if told is not None and attempt.end_frame > attempt.first_frame:
            rows[attempt.first_frame : attempt.end_frame] = told[: attempt.end_frame - attempt.first_frame]

    def steps(self) -> list[dict[str, Any]]:
        """Each attempt at a step, as the dataset tells it."""
        return [
            {
                **{key: value for key, value in asdict(attempt.step).items() if key not in ("height", "duration")},
                "plan_index": attempt.index,
                "attempt": attempt.attempt,
                "first_frame": attempt.first_frame,
                "end_frame": attempt.end_frame,
                "outcome": attempt.outcome,
                "reason": attempt.reason,
                "mistake_frames": attempt.mistakes,
            }
            for attempt in self._attempts
        ]

    def _keep(self, attempt: _Attempt) -> None:
        loop, frames = self._loop, self._frames
        positions, velocities, _ = loop.sim.joint_state()
        assert loop.scene is not None
        wrenches = {side: loop.sim.wrench(side) for side in names.SIDES}
        tactile = {side: loop.sim.tactile(side) for side in names.SIDES}
        hands = self._robot.hands(positions)
        attempt.looks.append(Look.of(loop.now, loop.scene, hands, tactile, wrenches))
        numbers = {
            features.STATE: positions,
            features.VELOCITY: velocities,
            features.WRENCH: np.concatenate([wrenches[side] for side in names.SIDES]),
            features.TACTILE: np.stack([tactile[side] for side in names.SIDES]),
            features.GROUNDING: grounding.table(loop.scene, attempt.step, loop.now, hands, attempt.goal),
        }
        for key, value in numbers.items():
            frames.numbers.setdefault(key, []).append(value.astype(np.float32))
        for camera in names.CAMERAS:
            image = square_image(self._picture(camera), self._size)
            frames.images.setdefault(features.image_key(camera), []).append(encode(image, self._quality))
        frames.times.append(loop.now)
        frames.attempts.append(len(self._attempts) - 1)
        frames.mistakes.append(self._is_mistake())

    def _picture(self, camera: str) -> NDArray[np.uint8]:
        """What a camera sees now; what perception was just given need not be drawn again."""
        frame = self._loop.frame
        if frame is not None and frame.camera == camera and frame.stamp == self._loop.now:
            return frame.rgb
        return self._loop.sim.render_square(camera)

    def _remaining(self, frame: int) -> float:
        ended = self._attempts[self._frames.attempts[frame]].ended
        return max(0.0, (self._frames.times[-1] if ended is None else ended) - self._frames.times[frame])

    def _forget(self) -> None:
        self._attempts: list[_Attempt] = []
        self._frames = _Frames()
