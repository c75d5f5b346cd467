"""Why a plan could not be made, on its way up to the result."""

from tandem.motion.protocol import PlanError


class PlanFailure(Exception):
    """Carries a code of the protocol and the reason in words; the planner turns it into a result."""

    def __init__(self, error: PlanError, message: str) -> None:
        super().__init__(message)
        self.error = error
