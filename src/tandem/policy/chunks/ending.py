"""When a step is over: the model says so, or the arms rest and what was wanted is seen or felt; or nothing moves any more."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.cell.scene import Scene
from tandem.policy.chunks.settings import EndingSettings
from tandem.policy.protocol import Status
from tandem.policy.skills.motion import ARMS, arms_rest, at_rest
from tandem.policy.skills.postures import HOLD_S
from tandem.policy.skills.situation import in_words

Postcondition = Callable[[Step, Scene, Scene], bool | None]
"""Whether a step did what it is for: the step, the scene in which it began, the scene now; None where scenes can't tell."""

_SOMEWHERE_RAD, _SOMEWHERE_M = 0.015, 0.0002
"""An arm joint, or a finger, that is farther from where it was has got somewhere."""

_ROLLS_M, _SETTLES_S = 0.003, 0.5
"""An object that is seen farther from where it was moves; one that didn't for so long rests."""


@dataclass(frozen=True)
class Ruling:
    """Whether the step goes on.

    Attributes:
        status: as in `PolicyOutput`.
        reason: in words.
        resting: the model is sure that the step is complete, so that the arms only have to come to rest.
    """

    status: Status = "running"
    reason: str = ""
    resting: bool = False


class Ending:
    """Looks at each answer of one step, and at the arms."""

    def __init__(
        self, settings: EndingSettings, step: Step, observation: Observation, postcondition: Postcondition | None = None
    ) -> None:
        self._settings, self._step, self._postcondition = settings, step, postcondition
        self._before = observation.scene
        self._sure = 0
        self._complete = False
        self._says, self._nearly = False, True
        self._felt: bool | None = None
        self._moved = False
        self._since = observation.stamp
        self._stuck_at, self._stuck_since = observation.positions, observation.stamp
        self._seen_at, self._seen_since = self._free_place(observation), observation.stamp
        self._held_at: float | None = None
        self._as_good_since: float | None = None
        self._blocked_since: float | None = None
        self._in_the_way = ""
        self._hold_until = observation.stamp + (step.duration or HOLD_S) if step.verb == "hold" else None

    def look(self, observation: Observation) -> Ruling:
        """How things are now. To hold still for a time needs no model."""
        if self._hold_until is not None:
            over = observation.stamp >= self._hold_until
            return Ruling("done", "held still") if over else Ruling(reason="holding still", resting=True)
        resting = at_rest(observation)
        if not resting:
            self._moved, self._since = True, observation.stamp
        settled = self._settled(observation)
        if self._complete:
            over = settled and arms_rest(observation)
            return Ruling("done", "done") if over else Ruling(reason="coming to rest", resting=True)
        seen = self._postcondition and self._postcondition(self._step, self._before, observation.scene)
        seen, how = (self._felt, "felt") if seen is None else (seen, "seen")
        if self._let_go(observation) and seen is False:
            return Ruling("failed", f"{in_words(self._step.object)} is no longer held")
        as_good = bool(seen and self._nearly and settled)
        rested = observation.stamp - self._since >= self._settings.rest_s
        if rested and (as_good or (seen is None and self._moved and not self._says)):
            return Ruling("done", "the arms rest" + (f", and it is {how} to be done" if seen else ""))
        if self._lingers(as_good and self._says, observation.stamp):
            self._complete = True
            return Ruling(reason=f"it is {how} to be done", resting=True)
        if self._blocked_since is not None and observation.stamp - self._blocked_since >= self._settings.blocked_s:
            return Ruling("failed", f"for {self._settings.blocked_s:.0f} s something was in the way: {self._in_the_way}")
        if (stuck := self._stuck_for(observation)) >= self._settings.still_s:
            what = self._step.text or f"{self._step.verb} {in_words(self._step.object)}".strip()
            return Ruling("failed", f"nothing has moved for {stuck:.0f} s, and '{what}' isn't done")
        return Ruling()

    def _lingers(self, done: bool, now: float) -> bool:
        """Whether the step has been as good as done for long; arms that creep on never rest."""
        if not done or self._as_good_since is None:
            self._as_good_since = now if done else None
        return self._as_good_since is not None and now - self._as_good_since >= self._settings.lingers_s

    def _settled(self, observation: Observation) -> bool:
        """Whether the step's object is held or seen to rest: an egg may roll for a while. What never rests isn't waited for."""
        place = self._free_place(observation)
        if place is None or self._seen_at is None or np.linalg.norm(place - self._seen_at) > _ROLLS_M:
            self._seen_at, self._seen_since = place, observation.stamp
        rests = observation.stamp - self._seen_since >= _SETTLES_S
        return place is None or rests or observation.stamp - self._since >= self._settings.still_s

    def _free_place(self, observation: Observation) -> NDArray[np.float64] | None:
        item = observation.scene.get(self._step.object)
        return None if item is None or item.held_by else np.array(item.pose.position)

    def _stuck_for(self, observation: Observation) -> float:
        """How long nothing has got anywhere [s]: a peg goes in so slowly that it may look at rest, and who dithers does not."""
        away = np.abs(observation.positions - self._stuck_at)
        if away[ARMS].max() > _SOMEWHERE_RAD or away[~ARMS].max() > _SOMEWHERE_M:
            self._stuck_at, self._stuck_since = observation.positions, observation.stamp
        return observation.stamp - self._stuck_since

    def _let_go(self, observation: Observation) -> bool:
        """Whether the step's object was held and hasn't been for a while: let go, or dropped."""
        item = observation.scene.get(self._step.object)
        if item is None:
            return False
        if item.held_by:
            self._held_at = observation.stamp
        return self._held_at is not None and observation.stamp - self._held_at >= self._settings.lost_s

    def answered(self, done: float, felt: bool | None = None) -> None:
        """What the model says, see `ChunkAnswer`."""
        self._felt = felt
        if np.isnan(done):
            return
        self._says, self._nearly = True, done >= self._settings.nearly_above
        self._sure = self._sure + 1 if done >= self._settings.done_above else 0
        self._complete = self._complete or self._sure >= max(1, self._settings.done_answers)

    def hindered(self, reason: str, now: float) -> None:
        """The newest chunk was not carried out as it was, because it would come too near to something; empty where it was.

        Arms that evade one another for long get nowhere, and what they hold is jerked about.
        """
        if not reason:
            self._blocked_since = None
        elif self._blocked_since is None:
            self._blocked_since = now
        self._in_the_way = reason

    def waited(self, observation: Observation) -> None:
        """The model was away: that nothing moved meanwhile means nothing."""
        self._since = self._stuck_since = observation.stamp
        self._blocked_since = None
