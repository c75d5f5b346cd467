"""What it means that sampled chunks lie apart: go slower, then ask."""

import numpy as np

from tandem.policy.chunks.settings import UncertaintySettings


class Uncertainty:
    """Looks at the spread of each answer of one step [m]."""

    def __init__(self, settings: UncertaintySettings) -> None:
        self._settings = settings
        self._unsure = 0

    def pace(self, spread: float) -> float:
        """At which share of its speed an answer with that spread is played; NaN means that nothing is known."""
        settings = self._settings
        if np.isnan(spread) or spread <= settings.slow_above_m:
            return 1.0
        room = max(settings.ask_above_m - settings.slow_above_m, 1e-6)
        return float(np.interp(spread - settings.slow_above_m, [0.0, room], [1.0, max(settings.slowest, 0.1)]))

    def asks(self, spread: float) -> bool:
        """Whether the policy has been unsure for too long; to be told each answer's spread once."""
        unsure = not np.isnan(spread) and spread > self._settings.ask_above_m
        self._unsure = self._unsure + 1 if unsure else 0
        return self._unsure >= max(1, self._settings.ask_answers)
