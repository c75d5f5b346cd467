"""Policies by name."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tandem.cell.bringup import options_of
from tandem.policy.chunks.ending import Postcondition
from tandem.policy.chunks.model import ChunkModel
from tandem.policy.chunks.settings import configured, is_setting
from tandem.policy.protocol import Policy

Clock = Callable[[], float]

API_KEY: Final = "TANDEM_API_KEY"
"""Environment variable with the key of a remote policy's server, so that it needn't be on a command line."""

_REMOTE: Final = ("url", "contract", "timeout_s", "api_key")


class PolicyRefused(ValueError):
    """A policy can't or must not be made that way; the message says what to do instead."""


@dataclass(frozen=True)
class Wanted:
    """What a policy is made with.

    Attributes:
        clock: the cell's time now [s], where the cell goes on while the policy thinks; None where time stands still meanwhile.
        postcondition: whether a step's purpose is seen to be achieved, for models that don't say when they are done.
        options: of that policy, as written on a command line.
    """

    clock: Clock | None = None
    postcondition: Postcondition | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What lets one in at a remote policy's server."""
        return self.options.get("api_key", os.environ.get(API_KEY, ""))

    def number(self, key: str, usual: float) -> float:
        """An option that is a positive number.

        Raises:
            PolicyRefused: it isn't.
        """
        try:
            value = float(self.options.get(key, usual))
        except ValueError:
            value = float("nan")
        if not 0.0 < value < 1e6:
            raise PolicyRefused(f"{key} must be a positive number, not '{self.options[key]}'")
        return value

    def only(self, policy: str, *known: str, settings: bool = True) -> None:
        """See that there are no other options than these, and settings of config/policies/vla.yaml where ``settings``.

        Raises:
            PolicyRefused: there is another one.
        """
        for key in self.options:
            if key not in known and not (settings and is_setting(key)):
                there = f"it has {', '.join(known)}" if known else "it has none"
                raise PolicyRefused(f"the policy '{policy}' has no option '{key}'; {there}")


def _skills(wanted: Wanted) -> Policy:
    from tandem.motion.ompl_planner import OmplPlanner
    from tandem.policy.skills.policy import SkillsPolicy

    wanted.only("skills", settings=False)
    return SkillsPolicy(OmplPlanner(), clock=wanted.clock)


def _act_model(wanted: Wanted) -> tuple[ChunkModel, Mapping[str, Any]]:
    from tandem.policy.act.making import OPTIONS, act_model

    wanted.only("act", *OPTIONS)
    return act_model(wanted.options), {}


def _openpi_model(wanted: Wanted) -> tuple[ChunkModel, Mapping[str, Any]]:
    from tandem.policy.remote import contract
    from tandem.policy.remote.openpi import OpenpiModel

    wanted.only("openpi", *_REMOTE)
    chosen = contract.load(wanted.options.get("contract", "openpi_tandem"))
    url = _url(wanted, "openpi", "ws://localhost:8000")
    return OpenpiModel(chosen, url, wanted.number("timeout_s", 5.0), wanted.key), chosen.chunk_settings


def _groot_model(wanted: Wanted) -> tuple[ChunkModel, Mapping[str, Any]]:
    from tandem.policy.remote import contract
    from tandem.policy.remote.groot import GrootModel

    wanted.only("groot", *_REMOTE)
    chosen = contract.load(wanted.options.get("contract", "groot_tandem"))
    url = _url(wanted, "groot", "tcp://localhost:5555")
    return GrootModel(chosen, url, wanted.number("timeout_s", 5.0), wanted.key), chosen.chunk_settings


def _vla_model(wanted: Wanted) -> tuple[ChunkModel, Mapping[str, Any]]:
    from tandem.policy.vla.making import OPTIONS, vla_model

    wanted.only("vla", *OPTIONS)
    return vla_model(wanted.options), {}


def _url(wanted: Wanted, policy: str, example: str) -> str:
    url = wanted.options.get("url", "")
    if not url:
        raise PolicyRefused(f"the policy '{policy}' needs the address of its server, for example --url {example}")
    return url


def run_chunks(model: ChunkModel, wanted: Wanted, overrides: Mapping[str, Any] | None = None) -> Policy:
    """The policy that runs a model, with the settings of config/policies/vla.yaml, others on top, and those of the options.

    Raises:
        ValueError: a setting is wrong.
    """
    from tandem.policy.chunks.policy import ChunkPolicy

    settings = configured(wanted.options, overrides)
    other = fallback(settings.uncertainty.fallback, wanted.clock)
    return ChunkPolicy(model, settings, wanted.clock, wanted.postcondition, other)


def _lerobot(wanted: Wanted) -> Policy:
    del wanted
    raise PolicyRefused(
        "LeRobot's policy server unpickles whatever reaches its port, so that anybody who can reach it runs code on it, and its "
        "answers could run code here (CVE-2026-25874): Tandem does not speak that protocol. In LeRobot's own environment run "
        "src/tandem/policy/remote/serve_lerobot.py --policy PATH, and here use --policy openpi --url ws://HOST:8000; models of "
        "Tandem's own are served with `tandem serve`"
    )


_POLICIES: dict[str, Callable[[Wanted], Policy]] = {
    "skills": _skills,
    "lerobot": _lerobot,
}


_MODELS: dict[str, Callable[[Wanted], tuple[ChunkModel, Mapping[str, Any]]]] = {
    "vla": _vla_model,
    "act": _act_model,
    "openpi": _openpi_model,
    "groot": _groot_model,
}


def chunk_model(name: str, options: Mapping[str, str] | None = None) -> ChunkModel:
    """The model alone of a policy that has one, to be served to others.

    Raises:
        KeyError: there is no policy of that name, or it has no model.
        ValueError: it can't be made with these options.
    """
    if name not in _MODELS:
        raise KeyError(f"no folder of a checkpoint and no policy with a model: '{name}'; there are {', '.join(sorted(_MODELS))}")
    return _MODELS[name](Wanted(options=options or {}))[0]


def names() -> tuple[str, ...]:
    """Policies that `make` can make."""
    return tuple(sorted({"skills", *_MODELS}))


def make(
    name: str, clock: Clock | None = None, *, postcondition: Postcondition | None = None, options: Mapping[str, str] | None = None
) -> Policy:
    """The policy of that name, loaded.

    Args:
        name: of the policy.
        clock: the cell's time now [s], where the cell goes on while the policy thinks; None where time stands still meanwhile.
        postcondition: whether a step's purpose is seen to be achieved, for models that don't say when they are done.
        options: of that policy, such as the address of a server.

    Raises:
        KeyError: there is none of that name.
        ValueError: it can't be made with these options; the message says what to do.
    """
    wanted = Wanted(clock, postcondition, options or {})
    if name in _MODELS:
        model, overrides = _MODELS[name](wanted)
        return run_chunks(model, wanted, overrides)
    if name not in _POLICIES:
        raise KeyError(f"no policy named '{name}'; there are {', '.join(names())}")
    return _POLICIES[name](wanted)


def check(name: str, options: Mapping[str, str]) -> None:
    """See, without loading anything heavy, that there is such a policy and that it isn't refused.

    Raises:
        KeyError: there is none of that name.
        ValueError: it is refused, or a file that the options name isn't there.
    """
    if name not in (*_POLICIES, *_MODELS):
        raise KeyError(f"no policy named '{name}'; there are {', '.join(names())}")
    if name == "lerobot":
        _lerobot(Wanted())
    folder = options.get("checkpoint")
    if folder and not Path(folder).is_dir():
        raise PolicyRefused(f"there is no checkpoint folder {folder}")


def fallback(name: str, clock: Clock | None) -> Policy | None:
    """The policy that takes over where a model is too unsure; ``none`` for none."""
    return None if name == "none" else make(name, clock)


def parse_options(pairs: list[str]) -> dict[str, str]:
    """Options written as ``key=value``.

    Raises:
        ValueError: one isn't written like that.
    """
    try:
        return options_of(pairs)
    except ValueError as error:
        raise PolicyRefused(str(error)) from error
