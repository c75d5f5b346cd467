"""The learned model as a `ChunkModel`: observation and step in, joint targets out."""

import time
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tandem.cell import names
from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.cell.robot import RobotModel
from tandem.policy import grounding
from tandem.policy.box.goals import VERBS as ON_BOX
from tandem.policy.box.looks import Look
from tandem.policy.chunks.model import ChunkAnswer, ChunkRequest, ModelFailure
from tandem.policy.images import policy_image
from tandem.policy.vla import actions, features, frames, gentle, landing
from tandem.policy.vla.backbone import merge_lora
from tandem.policy.vla.checkpoint import load_checkpoint
from tandem.policy.vla.features import FINGERS_M, fingers
from tandem.policy.vla.following import follow
from tandem.policy.vla.modeling import TandemVla
from tandem.policy.vla.poses import tcp_poses
from tandem.policy.vla.processing import TandemVlaProcessor
from tandem.policy.vla.recoil import Recoil
from tandem.policy.vla.runners import Input, make_runner
from tandem.policy.vla.smoothing import smoothed
from tandem.policy.vla.together import together, while_together
from tandem.policy.vla.touchdown import Touchdown

Array = NDArray[np.float64]


@dataclass(frozen=True)
class VlaOptions:
    """How a model is asked.

    Attributes:
        use_grounding: tell it what perception knows of the step's objects.
        use_touch: let it feel force and touch.
        use_cameras: show it the images.
        samples: chunks that are drawn, for the spread; the first one is carried out.
        temperature: of the noise from which the one that is carried out is drawn.
        seed: of the noise, together with the observation's time.
        runtime: ``onnx`` or ``torch``.
        threads: that one chunk may use.
    """

    use_grounding: bool = True
    use_touch: bool = True
    use_cameras: bool = True
    samples: int = 3
    temperature: float = 0.0
    seed: int = 0
    runtime: str = "onnx"
    threads: int = 1


class VlaModel:
    """A checkpoint that is asked for chunks. Not safe to share between threads.

    Args:
        folder: of the checkpoint.
        options: how it is asked.
        robot: kinematics of the cell; its own by default.

    Raises:
        CheckpointError: the checkpoint can't be used.
    """

    name = "vla"

    def __init__(self, folder: Path, options: VlaOptions | None = None, robot: RobotModel | None = None) -> None:
        self._options = options or VlaOptions()
        self._robot, self._grounder, self._touchdown = robot or RobotModel(), grounding.Grounder(), Touchdown()
        self._recoil = Recoil()
        self._model, self._processor = load_checkpoint(folder)
        config = self._model.config
        if config.backbone_lora:
            merge_lora(self._model)
        self.cameras: tuple[str, ...] = tuple(config.cameras) if self._options.use_cameras else ()
        self.step_dt, self.rows = float(config.step_dt), int(config.rows)
        self._runner = make_runner(
            self._options.runtime, self._model, self._options.samples, cameras=bool(self.cameras), threads=self._options.threads
        )

    @property
    def image_size(self) -> int:
        """Width and height of the images that it looks at [px]; others are scaled."""
        return int(self._model.config.image_size)

    @property
    def parts(self) -> tuple[TandemVla, TandemVlaProcessor]:
        """The network and its processor."""
        return self._model, self._processor

    def twin(self) -> "VlaModel":
        """Another one for another client, with the same weights; not to be asked at the same time."""
        other = copy(self)
        other._grounder, other._touchdown, other._recoil = grounding.Grounder(), Touchdown(), Recoil()
        return other

    def begin(self, step: Step) -> None:
        """Words of the step, once."""
        self._words = self._processor.padded_words(step.text)
        self._grounder.forget()
        self._recoil.forget()

    def predict(self, request: ChunkRequest) -> ChunkAnswer:
        """The next chunk; ``done`` and ``spread`` are told."""
        begun = time.perf_counter()
        seen, given = request.observation, min(len(request.committed), self.rows - 1)
        committed = request.committed[:given]
        sent = tcp_poses(self._robot, committed)
        if self._options.use_touch and request.step.verb in ON_BOX:
            self._recoil.feel(seen, request.step)
        told = self._told(request, sent[0])
        about = self._grounding(request, told)
        half_width = features.half_width(about)
        scale = self._processor.row_scale
        known = np.zeros((self.rows, actions.WIDTH))
        known[:given] = actions.encode(sent, fingers(committed), sent[0], half_width) / scale[:given]
        rows, done = self._draw(seen, about, told, known, given)
        feels = self._options.use_touch and self._options.use_grounding and seen.wrenches
        felt = self._grounder.felt if feels else None
        if felt is False:
            done = 0.0
        wanted = rows * scale
        targets, travel = actions.decode(np.where(actions.OF_FINGERS, wanted, smoothed(wanted, given)), sent[0], half_width)
        targets[:, given:] = self._carefully(targets[:, given:], sent[-1], request)
        joined = _both_hold(request)
        if joined:
            targets[:, given:] = together(targets[:, given:], sent[-1])
        joints = follow(self._robot, targets[0, given:], committed[-1], self.step_dt)
        if joined:
            joints = while_together(self._robot, joints, committed[-1])
        for hand, side in enumerate(names.SIDES):
            joints[:, names.GRIPPER_COLUMN[side]] = np.clip(travel[0, given:, hand], 0.0, FINGERS_M)
        positions = np.concatenate([committed, joints])
        spread = _spread(targets[:, given : given + max(2, self.rows // 3)])
        return ChunkAnswer(positions, done, spread, time.perf_counter() - begun, felt=felt)

    def close(self) -> None:
        """Nothing to give back."""

    def _told(self, request: ChunkRequest, sent: Array) -> Array:
        """Where hands are told to be that are sent there, shape (2, 4, 4): higher or lower, where that makes them do the right
        thing."""
        told, seen = sent.copy(), request.observation
        told[:, :3, 3] -= self._recoil.beside(self._robot.hands(seen.positions))
        if not self._options.use_grounding:
            return told
        told[:, 2, 3] -= gentle.lower(seen.scene, request.step)
        if self._options.use_touch:
            told[:, 2, 3] += self._touchdown.higher(seen, request.step, self._robot.hands(seen.positions))
        return told

    def _carefully(self, targets: Array, before: Array, request: ChunkRequest) -> Array:
        """Targets, shape (samples, H, 2, 4, 4), of hands that come down slowly on the box's parts, and back off from them."""
        seen = request.observation
        if request.step.verb not in ON_BOX:
            return targets
        away = landing.distances(seen.scene, self._robot.hands(request.committed[-1]))
        return self._recoil.backing(landing.slowly(targets, before, away, self.step_dt), before, seen.stamp, self.step_dt)

    def _grounding(self, request: ChunkRequest, sent: Array) -> Array:
        """What is known of the step's objects, as seen from hands that are where they are sent, shape (OBJECTS, WIDTH)."""
        if not self._options.use_grounding:
            return np.zeros((grounding.OBJECTS, grounding.WIDTH))
        seen = request.observation
        look = Look.at(seen, self._robot.hands(seen.positions), feels=self._options.use_touch)
        table = self._grounder.table(look, request.step).astype(float)
        return features.carried(table, sent @ frames.inverse(tcp_poses(self._robot, seen.positions)))

    def _draw(self, seen: Observation, about: Array, tcp: Array, known: Array, given: int) -> tuple[Array, float]:
        """Chunks in the network's units, shape (samples, H, WIDTH), and how likely the step is done."""
        options = self._options
        objects, there = features.object_features(about, tcp)
        # By the time alone: an episode doesn't depend on those before it.
        random = np.random.default_rng((options.seed, round(abs(seen.stamp) * 1e3)))
        noise = random.normal(size=(options.samples, self.rows, actions.WIDTH))
        noise[0] *= options.temperature
        ids, read = self._words
        inputs: dict[str, Input] = {
            "hands": _batch(features.hand_features(tcp, fingers(seen.positions))),
            "objects": _batch(objects),
            "objects_there": there[None],
            "anchors": _batch(self._processor.anchored(features.anchors(about, tcp))),
            "words": ids,
            "words_there": read,
            "noise": noise.astype(np.float32),
            "known": _batch(known),
            "given": (np.arange(self.rows) < given)[None],
            "touch": _batch(self._touch(seen)),
        }
        if self.cameras:
            inputs["images"] = self._images(seen)
        chunks, outlook = self._runner.run(inputs)
        return chunks.astype(float), float(1 / (1 + np.exp(-outlook[0, 0])))

    def _images(self, seen: Observation) -> Input:
        if missing := [camera for camera in self.cameras if camera not in seen.frames]:
            raise ModelFailure(f"no image of {missing[0]}; is that camera running?")
        size = self._model.config.image_size
        images = np.stack([policy_image(seen.frames[camera], size) for camera in self.cameras])
        looked = self._processor.looked(self._processor.pixels(images[None]))
        if isinstance(looked, Mapping):
            return {name: value.numpy() for name, value in looked.items()}
        return looked.numpy()

    def _touch(self, seen: Observation) -> Array:
        config = self._model.config
        felt = np.zeros((config.touch_samples, 2, config.touch_width))
        if self._options.use_touch and seen.touch:
            wrench, tactile = touch_history(seen, config.touch_samples, config.step_dt)
            felt = features.touch_features(wrench, tactile)
        return felt


def _both_hold(request: ChunkRequest) -> bool:
    """Whether both hands have what the step is about, to move it or to hand it over."""
    item = request.observation.scene.get(request.step.object)
    return item is not None and item.held_by == "both"


def touch_history(seen: Observation, samples: int, step_dt: float) -> tuple[Array, Array]:
    """Wrenches, shape (T, 12), and touch, shape (T, 2, 2, rows, columns, 3), at the newest and earlier times, oldest first."""
    stamps = np.array([sample.stamp for sample in seen.touch])
    wanted = seen.stamp - step_dt * np.arange(samples)[::-1]
    nearest = [seen.touch[int(np.abs(stamps - time).argmin())] for time in wanted]
    wrench = np.array([np.concatenate([sample.wrenches[side] for side in names.SIDES]) for sample in nearest])
    tactile = np.array([[sample.tactile[side] for side in names.SIDES] for sample in nearest])
    return wrench, tactile


def _batch(values: Array) -> NDArray[np.float32]:
    return np.ascontiguousarray(values, dtype=np.float32)[None]


def _spread(targets: Array) -> float:
    """How far hands of several chunks are apart, root mean square [m]; NaN for one chunk. Shape (samples, rows, 2, 4, 4)."""
    if len(targets) < 2:
        return float("nan")
    places = targets[..., :3, 3]
    return float(np.sqrt(np.square(places - places.mean(axis=0)).sum(axis=-1).mean()))
