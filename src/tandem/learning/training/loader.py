"""Batches made ready on a second thread while the model learns from the one before."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from tandem.learning.training.balance import odds
from tandem.learning.training.batches import Batch, make_batch
from tandem.learning.training.losses import Tensors
from tandem.learning.training.passages import Index, Passages
from tandem.learning.training.pictures import disturb
from tandem.learning.training.settings import TrainingSettings
from tandem.policy.vla.configuration import TandemVlaConfig
from tandem.policy.vla.modeling import Images
from tandem.policy.vla.processing import TandemVlaProcessor

Made = TypeVar("Made")


class Pictures(Protocol):
    """Images of a dataset."""

    def images(self, frames: Index, cameras: tuple[str, ...], size: int) -> NDArray[np.uint8]:
        """Images of frames, shape (B, cameras, size, size, 3)."""
        ...


def ahead(make: Callable[[int], Made], first: int, last: int) -> Iterator[Made]:
    """What is made of the steps from ``first`` up to but without ``last``, two of them ahead."""
    with ThreadPoolExecutor(1, thread_name_prefix="batches") as pool:
        waiting = [pool.submit(make, step) for step in range(first, min(first + 2, last))]
        for step in range(first, last):
            ready = waiting.pop(0).result()
            if step + 2 < last:
                waiting.append(pool.submit(make, step + 2))
            yield ready


class Loader:
    """Makes the batch of any step of a run: the same one every time.

    Args:
        passages: to learn from.
        chosen: positions in ``passages.kept`` that may be drawn.
        pictures: their images, None to train without cameras.
        sentences: texts by task index.
        processor, config, settings: of the run.
        reword: another way to say a sentence.
    """

    def __init__(
        self,
        passages: Passages,
        chosen: Index,
        pictures: Pictures | None,
        sentences: list[str],
        processor: TandemVlaProcessor,
        config: TandemVlaConfig,
        settings: TrainingSettings,
        reword: Callable[[str, np.random.Generator], str] = lambda text, rng: text,
    ) -> None:
        self._passages, self._chosen, self._pictures, self._sentences = passages, chosen, pictures, sentences
        self._processor, self._config, self._settings, self._reword = processor, config, settings, reword
        self._read: dict[str, tuple[NDArray[np.int64], NDArray[np.bool_]]] = {}
        self._odds = odds(sentences, passages.frames.task[passages.kept[chosen]], settings.balance)

    def batches(self, first: int, last: int, part: int = 0) -> Iterator[Tensors]:
        """See `learner.Batches`."""
        return ahead(lambda step: self.batch(step, part), first, last)

    def batch(self, step: int, part: int = 0) -> Tensors:
        """The batch of a step of the run."""
        rng = np.random.default_rng([self._settings.seed, step])
        chance = rng.random()
        with_images = self._pictures is not None and chance < self._settings.images_share
        whole = with_images or chance < self._settings.whole_share
        if part:  # processes that train together look at images in the same steps, at others
            rng = np.random.default_rng([self._settings.seed, step, part])
        size = self._settings.whole_batch if whole and self._settings.whole_batch else self._settings.batch
        chosen = rng.choice(self._chosen, size, p=self._odds)
        return replace(self.tensors(chosen, rng, augmented=True, with_images=with_images), whole=whole)

    def tensors(self, chosen: Index, rng: np.random.Generator, *, augmented: bool, with_images: bool) -> Tensors:
        """The batch of given positions."""
        augment = self._settings.augment if augmented else None
        if augment is not None and with_images:
            augment = augment.as_it_was()
        config = self._config
        made = make_batch(
            self._passages,
            chosen,
            rng,
            rows=config.rows,
            step_dt=config.step_dt,
            touch_samples=config.touch_samples,
            augment=augment,
        )
        images: Images | None = None
        images_there = None
        if with_images and self._pictures is not None:
            raw = self._pictures.images(self._passages.frames.picture[made.index], tuple(config.cameras), config.image_size)
            pixels = self._processor.pixels(raw)
            images_there = torch.ones(pixels.shape[:2], dtype=torch.bool)
            if augmented:
                pixels, images_there = disturb(pixels, rng)
            images = self._processor.looked(pixels, images_there)
        return self._assembled(made, images, images_there, rng, augmented=augmented)

    def _words(self, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """As `TandemVlaProcessor.words`, which takes its time, but each text is read once only."""
        read = self._read
        read.update({text: self._processor.padded_words(text) for text in set(texts) if text not in read})
        words, there = (np.concatenate([read[text][part] for text in texts]) for part in (0, 1))
        longest = int(np.flatnonzero(there.any(axis=0)).max()) + 1
        return torch.from_numpy(words[:, :longest]), torch.from_numpy(there[:, :longest])

    def _assembled(
        self,
        made: Batch,
        images: Images | None,
        images_there: torch.Tensor | None,
        rng: np.random.Generator,
        *,
        augmented: bool,
    ) -> Tensors:
        texts = [self._sentences[task] for task in made.task]
        words, words_there = self._words([self._reword(text, rng) for text in texts] if augmented else texts)
        touch = floats(made.touch) * floats(made.touch_there)[:, None, None, None] if self._config.use_touch else None
        return Tensors(
            hands=floats(made.hands),
            objects=floats(made.objects),
            objects_there=torch.from_numpy(made.objects_there),
            anchors=floats(self._processor.anchored(made.anchors)),
            heed=floats(made.heed),
            words=words,
            words_there=words_there,
            images=images,
            images_there=images_there,
            touch=touch,
            rows=floats(np.clip(made.rows / self._processor.row_scale, -8.0, 8.0)),
            rows_count=torch.from_numpy(made.rows_count),
            given=torch.from_numpy(made.given),
            felt=floats(made.felt),
            done=floats(made.done),
            remaining=floats(made.remaining),
            ends=torch.from_numpy(made.ends),
        )


def floats(values: NDArray[np.floating] | NDArray[np.bool_]) -> torch.Tensor:
    """In single precision."""
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
