"""S8: how fast the arms may move with a human at a distance."""

from dataclasses import dataclass
from math import sqrt
from typing import Any, Self


@dataclass(frozen=True)
class SpeedSeparation:
    """Speed and separation monitoring by the protective separation distance of ISO 10218-2:2025 and ISO/TS 15066:

        S_p = v_h (T_r + T_s) + v_r T_r + B + C + Z

    with the human's speed v_h towards the robot, the robot's speed v_r, the reaction time T_r from seeing the human to the first
    deceleration, the stopping time T_s and stopping travel B of the robot, the intrusion distance C and the uncertainty Z of both
    positions. With constant deceleration a: T_s = v_r / a, B = v_r^2 / (2 a). The arms may move at the v_r for which S_p is the
    distance that there is. Not safety-rated; the figures are the integrator's to set.

    Attributes:
        human_speed: v_h [m/s].
        reaction_s: T_r [s].
        deceleration: a [m/s^2].
        intrusion: C [m].
        uncertainty: Z [m].
        full_speed: of the tools [m/s].
    """

    human_speed: float
    reaction_s: float
    deceleration: float
    intrusion: float
    uncertainty: float
    full_speed: float

    @classmethod
    def from_settings(cls, settings: dict[str, Any], full_speed: float) -> Self:
        """From the section ``human`` of config/safety.yaml."""
        keys = ("human_speed", "reaction_s", "deceleration", "intrusion", "uncertainty")
        return cls(**{key: float(settings[key]) for key in keys}, full_speed=full_speed)

    def protective_distance(self, speed: float) -> float:
        """S_p at a speed of the robot [m]."""
        stopping_s = speed / self.deceleration
        approach = self.human_speed * (self.reaction_s + stopping_s)
        travel = speed * self.reaction_s + speed**2 / (2 * self.deceleration)
        return approach + travel + self.intrusion + self.uncertainty

    def allowed_speed(self, distance: float) -> float:
        """The speed at which the protective distance is ``distance``, 0 where there is none [m/s]."""
        room = distance - self.protective_distance(0.0)
        if room <= 0:
            return 0.0
        # room = v^2 / (2 a) + v (v_h / a + T_r)
        b = self.human_speed + self.deceleration * self.reaction_s
        return sqrt(b * b + 2 * self.deceleration * room) - b if room < float("inf") else float("inf")

    def speed_scale(self, distance: float) -> float:
        """Allowed fraction of full speed, 0 to 1."""
        return min(1.0, self.allowed_speed(distance) / self.full_speed)
