"""What a plan must not touch, where nothing may go, which hand must stay out of it."""

from tandem.language.answers import AskError, RefuseError
from tandem.language.goals import Goal, goal_of
from tandem.language.grounding import resolve_all
from tandem.language.manipulation import Manipulation
from tandem.language.syntax import Constraint
from tandem.language.words import in_words, relation_in_words


class Prohibitions:
    """What constraints rule out, in the world of a plan that is being made."""

    def __init__(self, work: Manipulation) -> None:
        self._work, self._world = work, work.world
        self._goals: set[Goal] = set()

    def add(self, constraint: Constraint) -> None:
        """Note what must not be; what was spoken of before stays what "it" means.

        Raises:
            AskError, RefuseError: it isn't known what it means, or not yet.
        """
        if constraint.hand:
            self._work.forbidden_hand = constraint.hand
        before = list(self._world.mentioned), self._world.category, self._world.container
        try:
            self._work.forbidden |= set(resolve_all(constraint.phrases, self._world, "reference"))
            if constraint.destination is not None:
                self._goals.add(goal_of(constraint.destination, self._world))
        finally:
            self._world.mentioned, self._world.category, self._world.container = before

    def try_add(self, constraint: Constraint) -> bool:
        """Note what must not be, as `add`; False when it isn't known yet what it means."""
        try:
            self.add(constraint)
        except (RefuseError, AskError):
            return False
        return True

    def check(self) -> None:
        """Look at the plan made so far.

        Raises:
            RefuseError: it does what was ruled out.
        """
        for step in self._work.steps:
            handled = {step.object, step.target} if step.relation in ("in", "on") else {step.object}
            touched = self._work.forbidden & handled
            if touched:
                raise RefuseError("impossible", f"it can't be done without {in_words(touched.pop())}, which you ruled out")
            if (step.relation, step.target) in self._goals:
                raise RefuseError("impossible", f"you ruled out {relation_in_words(step.relation)} {in_words(step.target)}")
            if self._work.forbidden_hand and self._work.forbidden_hand in (step.arm, step.target):
                raise RefuseError("impossible", f"it can't be done without the {self._work.forbidden_hand} hand")
