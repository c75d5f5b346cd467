"""The baseline as a `ChunkModel`: images, joints and words in, joint targets out."""

import time
from copy import copy
from pathlib import Path

import numpy as np
import torch

from tandem.cell import names
from tandem.cell.plan import Step
from tandem.policy.act.checkpoint import load_act
from tandem.policy.act.modeling import Act
from tandem.policy.act.processing import ActProcessor
from tandem.policy.chunks.model import ChunkAnswer, ChunkRequest, ModelFailure
from tandem.policy.images import policy_image
from tandem.policy.vla.features import FINGERS_M


class ActModel:
    """A checkpoint that is asked for chunks. It isn't told what is committed: ACT has no way to take that in.

    Args:
        folder: of the checkpoint.

    Raises:
        CheckpointError: the checkpoint can't be used.
    """

    name = "act"

    def __init__(self, folder: Path) -> None:
        self._model, self._processor = load_act(folder)
        config = self._model.config
        self.cameras: tuple[str, ...] = tuple(config.cameras)
        self.step_dt, self.rows = float(config.step_dt), int(config.rows)

    @property
    def parts(self) -> tuple[Act, ActProcessor]:
        """The network and its processor."""
        return self._model, self._processor

    def twin(self) -> "ActModel":
        """Another one for another client, with the same weights; not to be asked at the same time."""
        return copy(self)

    def begin(self, step: Step) -> None:
        """Words of the step, once."""
        self._words = self._processor.words([step.text])

    def predict(self, request: ChunkRequest) -> ChunkAnswer:
        """The next chunk; ``done`` is told, ``spread`` isn't, for the style is always zero."""
        begun = time.perf_counter()
        seen = request.observation
        if missing := [camera for camera in self.cameras if camera not in seen.frames]:
            raise ModelFailure(f"no image of {missing[0]}; is that camera running?")
        images = np.stack([policy_image(seen.frames[camera], self._processor.image_size) for camera in self.cameras])
        with torch.inference_mode():
            joints = self._processor.normalised("state", seen.positions[None])
            answer = self._model(joints, self._processor.pixels(images[None]), *self._words)
        positions = self._processor.joints(answer.rows[0])
        grippers = list(names.GRIPPER_COLUMN.values())
        positions[:, grippers] = np.clip(positions[:, grippers], 0.0, FINGERS_M)
        positions[0] = request.committed[0]
        done = float(torch.sigmoid(answer.done[0]))
        return ChunkAnswer(positions, done, seconds=time.perf_counter() - begun)

    def close(self) -> None:
        """Nothing to give back."""
