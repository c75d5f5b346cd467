"""How long the next answer will take, from how long the last ones took."""

from collections import deque

import numpy as np

from tandem.policy.chunks.settings import Chunking


class DelayEstimate:
    """A high percentile of measured delays, from an observation's stamp to its answer [s].

    The first answers of a process don't count: one slow warm-up would hold the arms to a stale plan for minutes.
    """

    def __init__(self, settings: Chunking) -> None:
        self._settings = settings
        self._measured: deque[float] = deque(maxlen=max(1, settings.delay_window))
        self._answers = 0

    def add(self, seconds: float) -> None:
        """One answer came so long after its observation."""
        self._answers += 1
        if self._answers > self._settings.warm_up_answers and np.isfinite(seconds):
            self._measured.append(max(0.0, seconds))

    def restart(self) -> None:
        """The model was loaded or reached anew, and warms up again."""
        self._answers = 0

    @property
    def seconds(self) -> float:
        """What to expect of the next answer [s]."""
        if not self._measured:
            return min(self._settings.delay_guess_s, self._settings.delay_limit_s)
        expected = float(np.percentile(list(self._measured), self._settings.delay_percentile, method="higher"))
        return min(expected, self._settings.delay_limit_s)
