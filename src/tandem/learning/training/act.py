"""Batches and losses of the ACT baseline, from the same passages of the same demonstrations as the learned model's."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from tandem.cell import names
from tandem.cell.robot import RobotModel
from tandem.learning.training.balance import odds
from tandem.learning.training.batches import chunk_frames
from tandem.learning.training.learner import done_loss, mean
from tandem.learning.training.loader import Pictures, ahead, floats
from tandem.learning.training.passages import Index, Passages
from tandem.learning.training.pictures import disturb
from tandem.learning.training.settings import TrainingSettings
from tandem.policy.act.configuration import ActConfig
from tandem.policy.act.modeling import ActOutput
from tandem.policy.act.processing import ActProcessor
from tandem.policy.vla.poses import tcp_poses


@dataclass
class ActBatch:
    """A batch: ``joints``, ``images``, ``words`` and their masks as `Act` takes them; normalised ``rows`` and which count.

    ``done`` and ``ends`` are as in `batches.Batch`.
    """

    joints: Tensor
    images: Tensor
    images_there: Tensor
    words: Tensor
    words_there: Tensor
    rows: Tensor
    rows_count: Tensor
    done: Tensor
    ends: Tensor

    def to(self, device: torch.device) -> "ActBatch":
        """The same on a device."""
        return ActBatch(**{name: value.to(device, non_blocking=True) for name, value in vars(self).items()})


class ActLoader:
    """Makes the batch of any step of a run. Images are disturbed as for the learned model; hands aren't moved aside.

    Args:
        passages, chosen, pictures, sentences, processor, config, settings, reword: see `loader.Loader`.
    """

    def __init__(
        self,
        passages: Passages,
        chosen: Index,
        pictures: Pictures,
        sentences: list[str],
        processor: ActProcessor,
        config: ActConfig,
        settings: TrainingSettings,
        reword: Callable[[str, np.random.Generator], str] = lambda text, rng: text,
    ) -> None:
        self._passages, self._chosen, self._pictures, self._sentences = passages, chosen, pictures, sentences
        self._processor, self._config, self._settings, self._reword = processor, config, settings, reword
        self._odds = odds(sentences, passages.frames.task[passages.kept[chosen]], settings.balance)

    def batches(self, first: int, last: int, part: int = 0) -> Iterator[ActBatch]:
        """See `learner.Batches`."""
        return ahead(lambda step: self.batch(step, part), first, last)

    def batch(self, step: int, part: int = 0) -> ActBatch:
        """The batch of a step of the run."""
        rng = np.random.default_rng([self._settings.seed, step, part])
        return self.tensors(rng.choice(self._chosen, self._settings.batch, p=self._odds), rng, augmented=True)

    def tensors(self, chosen: Index, rng: np.random.Generator, *, augmented: bool) -> ActBatch:
        """The batch of given positions."""
        data, config, processor = self._passages.frames, self._config, self._processor
        frame = self._passages.kept[chosen]
        source, known = chunk_frames(self._passages, chosen, config.rows)
        rows = data.action[source].astype(float)
        first = self._passages.before[chosen] < 0
        rows[first, 0] = data.state[frame[first]]
        images = processor.pixels(self._pictures.images(data.picture[frame], tuple(config.cameras), config.image_size))
        there = torch.ones(images.shape[:2], dtype=torch.bool)
        if augmented:
            images, there = disturb(images, rng)
        texts = [self._sentences[task] for task in data.task[frame]]
        words, words_there = processor.words([self._reword(text, rng) for text in texts] if augmented else texts)
        return ActBatch(
            joints=processor.normalised("state", data.state[frame]),
            images=images,
            images_there=there,
            words=words,
            words_there=words_there,
            rows=processor.normalised("action", rows),
            rows_count=torch.from_numpy(known),
            done=floats((data.remaining[frame] < 0.05).astype(float)),
            ends=torch.from_numpy(self._passages.complete[chosen]),
        )


_SOON, _LATER = 4, 10


class ActLearner:
    """Trains `Act`: absolute error of the rows, divergence of the style from the normal distribution, and whether it is done.

    Args:
        processor: of the model.
        style_weight: beta of the paper.
        outlook_weight: of the loss of the done head.
    """

    beside_forward = ()

    def __init__(self, processor: ActProcessor, style_weight: float, outlook_weight: float) -> None:
        self.processor = processor
        self.weights = {"rows": 1.0, "style": style_weight, "done": outlook_weight}
        self._robot = RobotModel()

    def losses(self, model: nn.Module, batch: ActBatch, generator: torch.Generator) -> dict[str, Tensor]:
        """See `Learner`. The style is drawn from torch's own generator."""
        del generator
        answer: ActOutput = model(
            batch.joints,
            batch.images,
            batch.words,
            batch.words_there,
            batch.images_there,
            batch.rows,
            batch.rows_count,
        )
        assert answer.mean is not None
        assert answer.spread is not None
        centre, spread = answer.mean.float(), answer.spread.float()
        divergence = 0.5 * (centre.square() + spread.exp() - 1.0 - spread).sum(dim=-1).mean()
        return {"rows": _off(answer, batch), "style": divergence, "done": done_loss(answer.done, batch.done, batch.ends)}

    def check(self, model: nn.Module, batch: ActBatch, generator: torch.Generator) -> dict[str, Tensor]:
        """See `Learner`: with the style zero, as it is asked; how far the hands are off [mm], as for the learned model."""
        del generator
        answer: ActOutput = model(batch.joints, batch.images, batch.words, batch.words_there, batch.images_there)
        found = {"rows": _off(answer, batch), "done": done_loss(answer.done, batch.done, batch.ends)}
        wanted, drawn = self.processor.joints(batch.rows), self.processor.joints(answer.rows.float())
        grippers = list(names.GRIPPER_COLUMN.values())
        for word, row in (("soon", _SOON), ("later", _LATER)):
            row = min(row, wanted.shape[1] - 1)
            counted = batch.rows_count[:, row, None].float().cpu()
            places = [tcp_poses(self._robot, joints[:, row])[..., :3, 3] for joints in (wanted, drawn)]
            found[f"hands_{word}_mm"] = mean(floats(1e3 * np.linalg.norm(places[0] - places[1], axis=-1)), counted)
            apart = np.abs(wanted[:, row, grippers] - drawn[:, row, grippers])
            found[f"fingers_{word}_mm"] = mean(floats(1e3 * apart), counted)
        return found


def _off(answer: ActOutput, batch: ActBatch) -> Tensor:
    return mean((answer.rows.float() - batch.rows).abs(), batch.rows_count[..., None].float())
