"""The learned policy, made from a checkpoint and options."""

from collections.abc import Mapping
from pathlib import Path

from tandem.cell import paths
from tandem.policy.chunks.settings import SettingsError
from tandem.policy.vla.model import VlaModel, VlaOptions
from tandem.policy.vla.runners import RUNTIMES

OPTIONS = ("checkpoint", "grounding", "touch", "cameras", "samples", "temperature", "seed", "runtime", "threads")
"""What ``--option`` may say of the learned policy."""

_SWITCHES = {"on": True, "off": False}


def shipped() -> Path:
    """The checkpoint that comes with the project."""
    return paths.share() / "models" / "small"


def vla_model(options: Mapping[str, str]) -> VlaModel:
    """The model alone, as it is served to others.

    Raises:
        ValueError: an option or the checkpoint is wrong; the message says how.
    """
    return VlaModel(Path(options.get("checkpoint") or shipped()), vla_options(options))


def vla_options(options: Mapping[str, str]) -> VlaOptions:
    """How the model is asked, from options as they are written on a command line.

    Raises:
        ValueError: one of them isn't what it should be.
    """
    return VlaOptions(
        use_grounding=_switch(options, "grounding"),
        use_touch=_switch(options, "touch"),
        use_cameras=_switch(options, "cameras"),
        samples=int(_number(options, "samples", 3, 1, 32)),
        temperature=_number(options, "temperature", VlaOptions.temperature, 0.0, 2.0),
        seed=int(_number(options, "seed", 0, 0, 2**31)),
        runtime=_one_of(options, "runtime", RUNTIMES) if "runtime" in options else VlaOptions.runtime,
        threads=int(_number(options, "threads", 1, 1, 64)),
    )


def _switch(options: Mapping[str, str], key: str) -> bool:
    return _SWITCHES[_one_of(options, key, tuple(_SWITCHES))] if key in options else True


def _number(options: Mapping[str, str], key: str, usual: float, least: float, most: float) -> float:
    try:
        value = float(options.get(key, usual))
    except ValueError as error:
        raise SettingsError(f"the option {key} must be a number, not '{options[key]}'") from error
    if not least <= value <= most:
        raise SettingsError(f"the option {key} must be from {least:g} to {most:g}, not {value:g}")
    return value


def _one_of(options: Mapping[str, str], key: str, allowed: tuple[str, ...]) -> str:
    if options[key] not in allowed:
        raise SettingsError(f"the option {key} is '{options[key]}'; it can be {', '.join(allowed)}")
    return options[key]
