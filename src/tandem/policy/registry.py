"""Policies by name."""

from collections.abc import Callable

from tandem.policy.protocol import Policy


def _skills(clock: Callable[[], float] | None) -> Policy:
    from tandem.motion.ompl_planner import OmplPlanner
    from tandem.policy.skills.policy import SkillsPolicy

    return SkillsPolicy(OmplPlanner(), clock=clock)


_POLICIES: dict[str, Callable[[Callable[[], float] | None], Policy]] = {"skills": _skills}


def names() -> tuple[str, ...]:
    """Policies that `make` knows."""
    return tuple(sorted(_POLICIES))


def make(name: str, clock: Callable[[], float] | None = None) -> Policy:
    """The policy of that name, loaded.

    Args:
        name: of the policy.
        clock: the cell's time now [s], where the cell goes on while the policy thinks; None where time stands still meanwhile.

    Raises:
        KeyError: there is none of that name.
    """
    if name not in _POLICIES:
        raise KeyError(f"no policy named '{name}'; there are {', '.join(names())}")
    return _POLICIES[name](clock)
