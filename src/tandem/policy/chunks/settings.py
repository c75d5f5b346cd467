"""How chunks are joined, when a step counts as done, and what uncertainty does: the figures of config/policies/vla.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from tandem.cell import description

JOINS = ("rtc", "ensemble", "replace")
SECTIONS = ("chunking", "ending", "uncertainty")
FALLBACKS = ("none", "skills")
SHORT = {"join": "chunking.join", "fallback": "uncertainty.fallback"}
"""Options of the command line that stand for a setting."""


class SettingsError(ValueError):
    """A settings file says something that can't be; the message names the key and what is expected."""


@dataclass(frozen=True)
class Chunking:
    """How chunks follow one another; each figure is explained in config/policies/vla.yaml."""

    join: str = "rtc"
    replan_period_s: float = 0.4
    on_box_period_s: float = 0.2
    delay_guess_s: float = 0.10
    delay_percentile: float = 95.0
    delay_window: int = 40
    warm_up_answers: int = 2
    delay_limit_s: float = 0.8
    slack_s: float = 0.02
    blend_s: float = 0.30
    ensemble_decay: float = 0.5
    ensemble_answers: int = 5
    smooth_s: float = 0.08
    idle_rad: float = 0.03
    idle_m: float = 0.004
    lost_rad: float = 0.12


@dataclass(frozen=True)
class EndingSettings:
    """When a step is done or given up; likewise."""

    done_above: float = 0.7
    done_answers: int = 2
    nearly_above: float = 0.3
    rest_s: float = 1.2
    lingers_s: float = 3.0
    still_s: float = 5.0
    lost_s: float = 2.0
    blocked_s: float = 5.0
    away_limit_s: float = 60.0


@dataclass(frozen=True)
class UncertaintySettings:
    """What the spread of sampled chunks does; likewise."""

    slow_above_m: float = 0.02
    slowest: float = 0.4
    ask_above_m: float = 0.06
    ask_answers: int = 4
    fallback: str = "none"


@dataclass(frozen=True)
class ChunkSettings:
    """All of it."""

    chunking: Chunking = Chunking()
    ending: EndingSettings = EndingSettings()
    uncertainty: UncertaintySettings = UncertaintySettings()


_Section = TypeVar("_Section", Chunking, EndingSettings, UncertaintySettings)


def load(name: str = "policies/vla.yaml") -> ChunkSettings:
    """The settings of a file of config/; what it leaves out has the usual value.

    Raises:
        SettingsError: a value is of the wrong kind, or a key isn't known.
    """
    return parse(description.settings(name), name)


def configured(
    options: Mapping[str, str], overrides: Mapping[str, Any] | None = None, name: str = "policies/vla.yaml"
) -> ChunkSettings:
    """The settings of a file of config/, with other values on top.

    Args:
        options: as written on a command line, such as ``chunking.join`` or ``uncertainty.fallback``; others are passed over.
        overrides: sections of another file, such as a contract's; options win over them.
        name: of the file.

    Raises:
        SettingsError: a value is of the wrong kind, or a key isn't known.
    """
    table = {section: dict(description.settings(name).get(section) or {}) for section in SECTIONS}
    for section, entries in (overrides or {}).items():
        if not isinstance(entries, Mapping):
            raise SettingsError(f"{section} must be a table of settings")
        table.setdefault(section, {}).update(entries)
    for key, text in options.items():
        section, dot, entry = SHORT.get(key, key).partition(".")
        if dot and section in SECTIONS:
            table[section][entry] = _number_or_word(text)
    return parse(table, name)


def is_setting(option: str) -> bool:
    """Whether an option of the command line is one of these settings."""
    return option in SHORT or (option.partition(".")[0] in SECTIONS and "." in option)


def _number_or_word(text: str) -> float | int | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def parse(table: Mapping[str, Any], where: str) -> ChunkSettings:
    """The settings of a parsed file; sections that are another's business are passed over.

    Raises:
        SettingsError: a value is of the wrong kind, or a key isn't known.
    """
    settings = ChunkSettings(
        _section(Chunking, table.get("chunking"), f"{where}: chunking"),
        _section(EndingSettings, table.get("ending"), f"{where}: ending"),
        _section(UncertaintySettings, table.get("uncertainty"), f"{where}: uncertainty"),
    )
    _one_of(settings.chunking.join, JOINS, f"{where}: chunking.join")
    _one_of(settings.uncertainty.fallback, FALLBACKS, f"{where}: uncertainty.fallback")
    return settings


def _section(kind: type[_Section], given: Any, where: str) -> _Section:
    if given is None:
        return kind()
    if not isinstance(given, Mapping):
        raise SettingsError(f"{where} must be a table of settings")
    known = {entry.name: entry.type for entry in fields(kind)}
    values: dict[str, Any] = {}
    for key, value in given.items():
        if key not in known:
            raise SettingsError(f"{where}.{key} isn't known; there are {', '.join(known)}")
        values[key] = _value(value, known[key], f"{where}.{key}")
    return kind(**values)


def _value(value: Any, wanted: Any, where: str) -> Any:
    if wanted is str:
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingsError(f"{where} must be a number, not {value!r}")
    if value < 0 or value != value:
        raise SettingsError(f"{where} must not be negative, but is {value!r}")
    return int(value) if wanted is int else float(value)


def _one_of(value: str, allowed: tuple[str, ...], where: str) -> None:
    if value not in allowed:
        raise SettingsError(f"{where} is '{value}'; it can be {', '.join(allowed)}")
