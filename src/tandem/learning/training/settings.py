"""What a training run is told, from a YAML file."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import yaml

from tandem.learning.training.batches import Augmentation
from tandem.policy.vla.backbone_loading import BackboneSource

Settings = TypeVar("Settings")

POLICIES = ("vla", "act")
"""What can be trained."""


@dataclass(frozen=True)
class TrainingSettings:
    """One training run.

    Attributes:
        policy: what is trained: ``vla``, the learned model, or ``act``, the baseline.
        model: overrides of `TandemVlaConfig` or `ActConfig`.
        start_from: checkpoint of a ``vla`` whose weights, shape, words and scales this one begins with; None for a new one.
        datasets: folders.
        steps: of the optimizer.
        batch: samples a step.
        balance: how much more often rare kinds of steps are drawn than they occur, see `balance.odds`.
        fastest_mps: hands that go faster in the demonstrations are slowed down to this, see `retiming` [m/s].
        draws: noisy chunks for each sample: the context is worked out once for all of them.
        learning_rate, warmup, weight_decay: of AdamW; the rate rises for ``warmup`` steps and falls as a cosine.
        ema: share of the averaged weights that stays at each step, once warmed up.
        whole_share: share of the steps in which the whole model learns; in the others the expert's first guess alone, for a
            fraction of the work.
        whole_batch: samples of a step in which the whole model learns; 0 for as many as in the others.
        images_share: share of the steps that look at images; the others are several times cheaper.
        outlook_weight, felt_weight: of the auxiliary losses.
        style_weight: of the divergence of ACT's style.
        precision: ``no`` or ``bf16``.
        seed: of everything.
        threads: of torch on a CPU; 0 for all cores.
        save_every: steps between checkpoints.
        validation_share: of the episodes, kept from training.
        augment: see `Augmentation`.
        backbone: a pretrained image-text model in the place of the small encoders, see `BackboneSource`; None for these.
    """

    datasets: tuple[str, ...]
    policy: str = "vla"
    model: dict[str, Any] = field(default_factory=dict)
    start_from: str | None = None
    steps: int = 20000
    batch: int = 128
    balance: float = 0.5
    fastest_mps: float = 0.35
    draws: int = 2
    learning_rate: float = 1e-3
    warmup: int = 500
    weight_decay: float = 0.02
    ema: float = 0.999
    whole_share: float = 1.0
    whole_batch: int = 0
    images_share: float = 0.3
    outlook_weight: float = 0.1
    felt_weight: float = 0.1
    style_weight: float = 10.0
    precision: str = "bf16"
    seed: int = 0
    threads: int = 0
    save_every: int = 500
    validation_share: float = 0.03
    augment: Augmentation = field(default_factory=Augmentation)
    backbone: BackboneSource | None = None

    @classmethod
    def load(cls, path: Path, steps: int | None = None, datasets: Sequence[Path] | None = None) -> "TrainingSettings":
        """Read a file; ``steps`` and ``datasets`` take the place of its own.

        Raises:
            ValueError: something in it is not known; the message says what is.
        """
        entries = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        entries["augment"] = _checked(Augmentation, entries.get("augment") or {}, f"{path}: augment")
        if entries.get("backbone"):
            entries["backbone"] = _checked(BackboneSource, entries["backbone"], f"{path}: backbone")
        entries["datasets"] = tuple(str(folder) for folder in datasets or entries.get("datasets") or ())
        entries["steps"] = steps or entries.get("steps", cls.steps)
        if not entries["datasets"]:
            raise ValueError(f"{path}: 'datasets' must name at least one folder")
        if (policy := entries.get("policy", cls.policy)) not in POLICIES:
            raise ValueError(f"{path}: the policy '{policy}' can't be trained; {' and '.join(POLICIES)} can")
        if entries.get("start_from") and (policy != "vla" or entries.get("model") or entries.get("backbone")):
            raise ValueError(
                f"{path}: a run that starts from a vla's checkpoint has its shape: no 'model', 'backbone' or other policy"
            )
        return _checked(cls, entries, str(path))


def _checked(kind: type[Settings], entries: dict[str, Any], where: str) -> Settings:
    known = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]
    if unknown := set(entries) - known:
        raise ValueError(f"{where}: no setting named {', '.join(sorted(unknown))}; there are {', '.join(sorted(known))}")
    return kind(**entries)
