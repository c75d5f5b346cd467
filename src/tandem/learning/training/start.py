"""All that a training run needs, made from its settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import PreTrainedModel

from tandem.learning import provenance
from tandem.learning.datasets.features import FPS
from tandem.learning.training.act import ActLearner, ActLoader
from tandem.learning.training.batches import make_batch
from tandem.learning.training.learner import Batches, Learner
from tandem.learning.training.loader import Loader
from tandem.learning.training.losses import VlaLearner
from tandem.learning.training.passages import Index, Passages
from tandem.learning.training.retiming import retimed
from tandem.learning.training.run import Progress, train
from tandem.learning.training.settings import TrainingSettings
from tandem.learning.training.sources import Source
from tandem.learning.training.wordings import reword
from tandem.policy.act.configuration import ActConfig
from tandem.policy.act.modeling import Act
from tandem.policy.act.processing import ActProcessor, statistics
from tandem.policy.vla.backbone_loading import LoadedBackbone, load_backbone, prepare_backbone, with_backbone
from tandem.policy.vla.checkpoint import load_checkpoint
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

    model: PreTrainedModel
    learner: Learner[Any]
    loader: Batches[Any]
    validation: Sequence[Any]
    source: Source
    learned_from: int

    @property
    def summary(self) -> str:
        """What is trained on how much, in words."""
        size = sum(value.numel() for value in self.model.parameters()) / 1e6
        return f"{size:.1f} million parameters, {self.learned_from} samples, {len(self.source.sentences)} sentences"


@dataclass(frozen=True)
class _Data:
    """What is read: all passages, and which positions are learned from or kept back."""

    source: Source
    passages: Passages
    learned: Index
    kept_back: Index


def prepare(settings: TrainingSettings) -> Prepared:
    """Read the data and make the model.

    Raises:
        UnsuitableData: a dataset isn't of this cell.
        CheckpointError: what it is to start from is no checkpoint of this model for this cell.
    """
    torch.manual_seed(settings.seed)
    if settings.threads:
        torch.set_num_threads(settings.threads)
    source = Source.open(settings.datasets)
    passages = Passages.of(retimed(source.frames, settings.fastest_mps, 1.0 / FPS))
    data = _Data(source, passages, *_split(passages, settings))
    return _act(data, settings) if settings.policy == "act" else _vla(data, settings)


def run(
    settings: TrainingSettings, folder: Path, on_progress: Progress, on_prepared: Callable[[Prepared], None] = lambda made: None
) -> dict[str, Any]:
    """Train from the beginning or go on, to the end."""
    prepared = prepare(settings)
    on_prepared(prepared)
    return train(prepared.model, prepared.learner, prepared.loader, list(prepared.validation), settings, folder, on_progress)


def _split(passages: Passages, settings: TrainingSettings) -> tuple[Index, Index]:
    """Positions to learn from, and those of episodes that are kept back."""
    episodes = passages.frames.episode[passages.kept]
    every = np.unique(episodes)
    rng = np.random.default_rng([settings.seed, 1])
    back = rng.permutation(every)[: max(1, round(settings.validation_share * len(every)))] if len(every) > 1 else every
    apart = np.isin(episodes, back)
    return (np.flatnonzero(~apart) if len(every) > 1 else np.flatnonzero(apart)), np.flatnonzero(apart)


def _vla(data: _Data, settings: TrainingSettings) -> Prepared:
    model, processor = _learned_before(data, settings.start_from) if settings.start_from else _new_vla(data, settings)
    source, config = data.source, model.config
    assert isinstance(config, TandemVlaConfig)
    loader = Loader(data.passages, data.learned, source, source.sentences, processor, config, settings, reword)
    learner = VlaLearner(processor, settings.draws, settings.outlook_weight, settings.felt_weight)
    validation = [loader.tensors(part, rng, augmented=False, with_images=False) for part, rng in _parts(data, settings)]
    return Prepared(model, learner, loader, validation, source, len(data.learned))


def _learned_before(data: _Data, checkpoint: str) -> tuple[TandemVla, TandemVlaProcessor]:
    """A checkpoint's model and processor, which say what they were trained on then and are trained on now."""
    model, processor = load_checkpoint(Path(checkpoint))
    processor.trained_on = _trained_on(data) | {"before": processor.trained_on}
    return model.train(), processor


def _new_vla(data: _Data, settings: TrainingSettings) -> tuple[TandemVla, TandemVlaProcessor]:
    config = TandemVlaConfig(**settings.model)
    loaded = None
    if settings.backbone:
        loaded = load_backbone(settings.backbone, config.image_size)
        config = with_backbone(config, settings.backbone, loaded)
    processor = _vla_processor(data, config, settings, loaded)
    model = TandemVla(config, loaded.model if loaded else None)
    if settings.backbone:
        prepare_backbone(model, settings.backbone)
    return model, processor


def _vla_processor(
    data: _Data, config: TandemVlaConfig, settings: TrainingSettings, loaded: LoadedBackbone | None
) -> TandemVlaProcessor:
    rng = np.random.default_rng([settings.seed, 2])
    chosen = rng.choice(data.learned, min(_SCALE_SAMPLES, len(data.learned)), replace=False)
    made = make_batch(
        data.passages, chosen, rng, rows=config.rows, step_dt=config.step_dt, touch_samples=config.touch_samples, augment=None
    )
    return TandemVlaProcessor(
        loaded.tokenizer if loaded else train_tokenizer(_said(data.source, rng), config.vocabulary),
        cameras=config.cameras,
        image_size=config.image_size,
        text_length=config.text_length,
        step_dt=config.step_dt,
        image_settings=loaded.image if loaded else None,
        scale=vars(RowScale.of(made.rows, made.rows_count)),
        trained_on=_trained_on(data),
    )


def _act(data: _Data, settings: TrainingSettings) -> Prepared:
    config = ActConfig(**settings.model)
    frames, kept = data.passages.frames, data.passages.kept[data.learned]
    processor = ActProcessor(
        train_tokenizer(_said(data.source, np.random.default_rng([settings.seed, 2])), config.vocabulary),
        cameras=config.cameras,
        image_size=config.image_size,
        text_length=config.text_length,
        step_dt=config.step_dt,
        statistics=statistics(frames.state[kept], frames.action[kept]),
        trained_on=_trained_on(data),
    )
    source = data.source
    loader = ActLoader(data.passages, data.learned, source, source.sentences, processor, config, settings, reword)
    learner = ActLearner(processor, settings.style_weight, settings.outlook_weight)
    validation = [loader.tensors(part, rng, augmented=False) for part, rng in _parts(data, settings)]
    return Prepared(Act(config), learner, loader, validation, source, len(data.learned))


def _said(source: Source, rng: np.random.Generator) -> list[str]:
    """The sentences in all the ways that they are said in training, many times over."""
    return [reword(text, rng) for text in sorted(source.sentences) for _ in range(_WAYS)]


def _trained_on(data: _Data) -> dict[str, Any]:
    return {"datasets": data.source.hashes, "git": provenance.git_state()}


def _parts(data: _Data, settings: TrainingSettings) -> list[tuple[Index, np.random.Generator]]:
    """Positions that are kept back, batch by batch."""
    rng = np.random.default_rng([settings.seed, 3])
    chosen = rng.choice(data.kept_back, min(_VALIDATION_SAMPLES, len(data.kept_back)), replace=False)
    return [(part, rng) for part in np.array_split(chosen, max(1, len(chosen) // settings.batch))]
