"""All that a training run needs, made from its settings."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from tandem.learning import provenance
from tandem.learning.training.batches import make_batch
from tandem.learning.training.loader import Loader
from tandem.learning.training.losses import Tensors
from tandem.learning.training.passages import Index, Passages
from tandem.learning.training.run import Progress, train
from tandem.learning.training.settings import TrainingSettings
from tandem.learning.training.sources import Source
from tandem.learning.training.wordings import reword
from tandem.policy.vla.configuration import TandemVlaConfig
from tandem.policy.vla.modeling import TandemVla
from tandem.policy.vla.processing import TandemVlaProcessor
from tandem.policy.vla.scaling import RowScale
from tandem.policy.vla.words import train_tokenizer

_SCALE_SAMPLES = 20000
_VALIDATION_SAMPLES = 512
_WAYS = 20


@dataclass(frozen=True)
class Prepared:
    """A run before its first step."""

    model: TandemVla
    processor: TandemVlaProcessor
    loader: Loader
    validation: list[Tensors]
    source: Source
    learned_from: int


def prepare(settings: TrainingSettings) -> Prepared:
    """Read the data and make the model.

    Raises:
        UnsuitableData: a dataset isn't of this cell.
    """
    torch.manual_seed(settings.seed)
    if settings.threads:
        torch.set_num_threads(settings.threads)
    source = Source.open(settings.datasets)
    passages = Passages.of(source.frames)
    learned, kept_back = _split(passages, settings)
    config = TandemVlaConfig(**settings.model)
    processor = _processor(passages, learned, source, config, settings)
    model = TandemVla(config)
    loader = Loader(passages, learned, source, source.sentences, processor, config, settings, reword)
    return Prepared(model, processor, loader, _validation(loader, kept_back, settings), source, len(learned))


def run(
    settings: TrainingSettings, folder: Path, on_progress: Progress, on_prepared: Callable[[Prepared], None] = lambda made: None
) -> dict[str, Any]:
    """Train from the beginning or go on, to the end."""
    prepared = prepare(settings)
    on_prepared(prepared)
    return train(prepared.model, prepared.processor, prepared.loader, prepared.validation, settings, folder, on_progress)


def _split(passages: Passages, settings: TrainingSettings) -> tuple[Index, Index]:
    """Positions to learn from, and those of episodes that are kept back."""
    episodes = passages.frames.episode[passages.kept]
    every = np.unique(episodes)
    rng = np.random.default_rng([settings.seed, 1])
    back = rng.permutation(every)[: max(1, round(settings.validation_share * len(every)))] if len(every) > 1 else every
    apart = np.isin(episodes, back)
    return (np.flatnonzero(~apart) if len(every) > 1 else np.flatnonzero(apart)), np.flatnonzero(apart)


def _processor(
    passages: Passages, learned: Index, source: Source, config: TandemVlaConfig, settings: TrainingSettings
) -> TandemVlaProcessor:
    rng = np.random.default_rng([settings.seed, 2])
    chosen = rng.choice(learned, min(_SCALE_SAMPLES, len(learned)), replace=False)
    made = make_batch(
        passages, chosen, rng, rows=config.rows, step_dt=config.step_dt, touch_samples=config.touch_samples, augment=None
    )
    return TandemVlaProcessor(
        train_tokenizer(_said(source, rng), config.vocabulary),
        cameras=config.cameras,
        image_size=config.image_size,
        text_length=config.text_length,
        step_dt=config.step_dt,
        scale=vars(RowScale.of(made.rows, made.rows_count)),
        trained_on={"datasets": source.hashes, "git": provenance.git_state()},
    )


def _said(source: Source, rng: np.random.Generator) -> list[str]:
    """The sentences in all the ways that they are said in training, many times over."""
    return [reword(text, rng) for text in sorted(source.sentences) for _ in range(_WAYS)]


def _validation(loader: Loader, kept_back: Index, settings: TrainingSettings) -> list[Tensors]:
    rng = np.random.default_rng([settings.seed, 3])
    chosen = rng.choice(kept_back, min(_VALIDATION_SAMPLES, len(kept_back)), replace=False)
    parts = np.array_split(chosen, max(1, len(chosen) // settings.batch))
    return [loader.tensors(part, rng, augmented=False, with_images=False) for part in parts]
