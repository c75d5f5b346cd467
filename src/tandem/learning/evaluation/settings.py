"""What an evaluation is told, and what makes two of them the same."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

HIDDEN = "(not kept)"
"""Stands for the value of an option that is nobody's business, in whatever is written down."""

_SECRET = ("key", "token", "password", "secret")


@dataclass(frozen=True)
class Settings:
    """Of an evaluation; rows of the same settings and the same source may stand in one report.

    Attributes:
        suite: its name, of config/tasks/.
        policy: its name in `tandem.policy.registry`.
        seed: base of all episodes' seeds.
        options: of the policy, in the order of their names.
        tasks: names of those that are run, all when empty.
        randomise: whether the cell differs from the nominal one, as config/randomisation.yaml says.
        delay_s: added to the time from an observation to the policy's chunk [s].
    """

    suite: str
    policy: str = "skills"
    seed: int = 0
    options: tuple[tuple[str, str], ...] = ()
    tasks: tuple[str, ...] = ()
    randomise: bool = False
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.delay_s <= 5.0:
            raise ValueError(f"a delay of {self.delay_s:g} s: it must be between 0 and 5 s")

    def as_json(self) -> dict[str, Any]:
        """Plain data without secrets."""
        return asdict(self) | {"options": told(dict(self.options)), "tasks": list(self.tasks)}

    @classmethod
    def from_json(cls, entries: Mapping[str, Any], options: Mapping[str, str] | None = None) -> "Settings":
        """What ``as_json`` told; ``options`` are those given anew, since secrets aren't told.

        Raises:
            ValueError: a secret is missing.
        """
        known = dict(entries["options"]) | dict(options or {})
        if missing := [key for key, value in known.items() if value == HIDDEN]:
            raise ValueError(f"the option '{missing[0]}' isn't kept in files: give it again, --option {missing[0]}=...")
        return cls(**{**entries, "options": tuple(sorted(known.items())), "tasks": tuple(entries["tasks"])})

    def with_delay(self, delay_s: float) -> "Settings":
        """The same with another delay [s]."""
        return replace(self, delay_s=delay_s)


def told(options: Mapping[str, str]) -> dict[str, str]:
    """Options as they may be written down."""
    return {key: HIDDEN if is_secret(key) else value for key, value in options.items()}


def is_secret(key: str) -> bool:
    """Whether an option of that name holds a secret."""
    return any(word in key.lower() for word in _SECRET)
