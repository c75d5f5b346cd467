"""The baseline's model, made from options."""

from collections.abc import Mapping
from pathlib import Path

from tandem.policy.act.model import ActModel
from tandem.policy.chunks.settings import SettingsError

OPTIONS = ("checkpoint",)
"""What ``--option`` may say of the baseline, beside how chunks are run: ``join=ensemble`` is the paper's temporal ensembling."""


def act_model(options: Mapping[str, str]) -> ActModel:
    """The model of the checkpoint that is named.

    Raises:
        ValueError: there is none, or it can't be used; the message says how.
    """
    if not options.get("checkpoint"):
        raise SettingsError(
            "the policy 'act' needs a checkpoint: train one with `tandem train --config config/training/act.yaml --out DIR`, "
            "then say --checkpoint DIR/checkpoint"
        )
    return ActModel(Path(options["checkpoint"]))
