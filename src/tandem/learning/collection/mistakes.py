"""A policy that errs on purpose now and then and then begins its step anew, so that the way out of a mistake is demonstrated.

What it does wrong goes through the same safety filter as everything else.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.chunk import ActionChunk, Verdict
from tandem.cell.names import Side
from tandem.cell.observation import Observation
from tandem.cell.plan import Step
from tandem.cell.robot import RobotModel
from tandem.cell.scene import SceneObject
from tandem.policy.protocol import Policy, PolicyOutput

Array = NDArray[np.float64]
Kind = Literal["drift", "halt", "drop"]

_BRAKE_S = 0.5
_OPEN_S = 0.35
_REST_RAD_S = 0.02
_WAIT_S = 3.0
"""Arms that are not at rest so long after a mistake are taken to be."""

_DAMPING = 0.02


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Attributes:
        kind: ``drift``: the hand moves aside; ``halt``: it stops on its way; ``drop``: it lets go what it holds.
        side: the hand.
        after_s: when, from the attempt's beginning [s].
        lasts_s: for how long [s].
        offset: where a drifting hand goes, x, y, z [m].
    """

    kind: Kind
    side: Side
    after_s: float
    lasts_s: float
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)


class ErringPolicy:
    """See ``tandem.policy.protocol``.

    Attributes:
        erring: whether it is making a mistake now.
        made: the mistakes of this episode, with the step's id and the time.

    Args:
        policy: carries out the steps.
        clock: the cell's time at which what it decides arrives [s].
    """

    def __init__(self, policy: Policy, clock: Callable[[], float], robot: RobotModel | None = None) -> None:
        self._policy, self._clock, self._robot = policy, clock, robot or RobotModel()
        self._settings = description.settings("mistakes.yaml")
        self.name = policy.name
        self.cameras = policy.cameras
        self._rng: np.random.Generator | None = None
        self._step, self._step_id, self._began = Step("home", "both"), "", 0.0
        self.start(None)

    @property
    def replan_period_s(self) -> float | None:
        """As often as the policy."""
        return self._policy.replan_period_s

    def start(self, seed: int | None) -> None:
        """A new episode; without a seed it makes no mistakes."""
        self._rng = None if seed is None else np.random.default_rng([seed, *b"mistakes"])
        self._planned: Mistake | None = None
        self._until = 0.0
        self._chunk: ActionChunk | None = None
        self.erring = False
        self.made: list[dict[str, Any]] = []

    def begin(self, step: Step, step_id: str, observation: Observation) -> None:
        """Start a step, and decide whether and how it will go wrong."""
        self._step, self._step_id, self._began = step, step_id, observation.stamp
        self.erring, self._chunk = False, None
        self._planned = self._plan(step)
        self._policy.begin(step, step_id, observation)

    def infer(self, observation: Observation) -> PolicyOutput:
        """What the policy wants, or a mistake, or nothing while one goes on."""
        if self.erring:
            return self._go_on(observation)
        planned = self._planned
        if planned is not None and observation.stamp >= self._began + planned.after_s and self._possible(planned, observation):
            return self._err(planned, observation)
        output = self._policy.infer(observation)
        self._chunk = output.chunk or self._chunk
        return output

    def heard(self, verdict: Verdict) -> None:
        """Passed on but for verdicts on mistakes."""
        if not self.erring:
            self._policy.heard(verdict)

    def _plan(self, step: Step) -> Mistake | None:
        rng, settings = self._rng, self._settings
        if rng is None or rng.uniform() >= float(settings["probability"]):
            return None
        kinds: dict[Kind, float] = settings["kinds"]
        kind: Kind = list(kinds)[int(rng.choice(len(kinds), p=np.array(list(kinds.values())) / sum(kinds.values())))]
        sides: tuple[Side, ...] = names.SIDES if step.arm == "both" or step.verb == "hand_over" else (step.arm,)
        angle, far = rng.uniform(-np.pi, np.pi), rng.uniform(*settings["drift_m"])
        offset = (float(far * np.cos(angle)), float(far * np.sin(angle)), float(rng.uniform(-0.2, 0.6) * far))
        side = sides[int(rng.integers(len(sides)))]
        return Mistake(kind, side, float(rng.uniform(*settings["after_s"])), float(rng.uniform(*settings["lasts_s"])), offset)

    def _possible(self, mistake: Mistake, observation: Observation) -> bool:
        """Whether it can be made now without harm that the step can't undo."""
        if self._chunk is None or self._step.verb not in ("pick", "place", "lift", "give", "hand_over"):
            return False
        item = observation.scene.get(self._step.object)
        if item is None or item.held_by == "both":
            return False
        if mistake.kind == "drop":
            return self._may_drop(mistake.side, item)
        if self._step.verb in ("pick", "lift"):
            sides = names.SIDES if self._step.arm == "both" else (self._step.arm,)
            return not item.held_by and all(self._is_clear(side, item, observation) for side in sides)
        return bool(item.held_by)

    def _may_drop(self, side: Side, item: SceneObject) -> bool:
        back_on_table = self._step.verb in ("pick", "lift") or (
            self._step.verb == "place" and self._step.relation not in ("in", "on")
        )
        height = item.pose.position[2] - item.size[2] / 2
        return back_on_table and item.category == "cube" and item.held_by == side and height < float(self._settings["drop_m"])

    def _is_clear(self, side: Side, item: SceneObject, observation: Observation) -> bool:
        tcp = np.array(self._robot.tcp_pose(observation.positions, side).position)
        outside = np.abs(tcp - item.pose.position) - np.array([max(item.size[:2])] * 2 + [item.size[2]]) / 2
        return float(np.linalg.norm(np.maximum(outside, 0.0))) > float(self._settings["clear_m"])

    def _err(self, mistake: Mistake, observation: Observation) -> PolicyOutput:
        self._planned, self.erring = None, True
        self._until = observation.stamp + mistake.lasts_s
        self.made.append(asdict(mistake) | {"step_id": self._step_id, "time": round(observation.stamp, 3)})
        if mistake.kind == "halt":
            return PolicyOutput(None, reason="halting on the way, on purpose")
        assert self._chunk is not None
        return PolicyOutput(self._wrong(mistake, self._chunk), reason=f"{mistake.kind}, on purpose")

    def _go_on(self, observation: Observation) -> PolicyOutput:
        """Wait until the mistake is over and the arms are at rest; then the step begins anew."""
        arms = [column for side in names.SIDES for column in range(*names.ARM_COLUMNS[side].indices(names.DOF))]
        resting = float(np.abs(observation.velocities[arms]).max()) < _REST_RAD_S
        if observation.stamp < self._until or (not resting and observation.stamp < self._until + _WAIT_S):
            return PolicyOutput(None, reason="a mistake, on purpose")
        self.erring, self._chunk = False, None
        self._policy.begin(self._step, self._step_id, observation)
        return self.infer(observation)

    def _wrong(self, mistake: Mistake, right: ActionChunk) -> ActionChunk:
        """A chunk that leaves the right one: it brakes on its path, and meanwhile a hand goes aside or opens."""
        dt = right.step_dt
        ahead = max(0, int(np.ceil((self._clock() - right.stamp) / dt - 1e-6)))
        rows = np.arange(len(right.positions))
        seconds = rows * dt
        braked = _sampled(right.positions, ahead + _braked(seconds) / dt)
        grippers = list(names.GRIPPER_COLUMN.values())
        braked[:, grippers] = braked[0, grippers]
        contacts = right.allowed_contacts
        if mistake.kind == "drift":
            arm = names.ARM_COLUMNS[mistake.side]
            jacobian = self._robot.tcp_jacobian(braked[-1], mistake.side)
            # Aside without turning, as well as that goes in one step.
            damped = jacobian.T @ np.linalg.inv(jacobian @ jacobian.T + _DAMPING**2 * np.eye(6))
            aside = damped @ np.array([*mistake.offset, 0.0, 0.0, 0.0])
            braked[:, arm] += _smooth(seconds / max(seconds[-1], dt))[:, None] * aside
        else:
            column = names.GRIPPER_COLUMN[mistake.side]
            wide = float(description.settings("cell.yaml")["gripper"]["open"])
            braked[:, column] += _smooth(seconds / _OPEN_S) * (wide - braked[0, column])
            contacts = (*contacts, (f"{mistake.side}_fingers", self._step.object), (self._step.object, "table"))
        stamp = right.stamp + ahead * dt
        return replace(right, stamp=stamp, positions=braked, allowed_contacts=contacts, note=f"{mistake.kind}, on purpose")


def _sampled(positions: Array, rows: Array) -> Array:
    """Rows at fractional numbers, the last one held, shape (len(rows), 14)."""
    last = len(positions) - 1
    inside = np.clip(rows, 0.0, last)
    lower = np.minimum(inside.astype(int), max(last - 1, 0))
    part = (inside - lower)[:, None]
    return np.asarray(positions[lower] * (1.0 - part) + positions[np.minimum(lower + 1, last)] * part)


def _braked(seconds: NDArray[Any]) -> Array:
    """How far along its time a motion has come that brakes smoothly from full speed to rest [s]."""
    part = np.clip(seconds / _BRAKE_S, 0.0, 1.0)
    return np.asarray(_BRAKE_S * (part - part**3 + part**4 / 2))


def _smooth(part: NDArray[Any]) -> Array:
    """From 0 to 1, at rest at both ends."""
    inside = np.clip(part, 0.0, 1.0)
    return np.asarray(inside**3 * (10.0 - 15.0 * inside + 6.0 * inside**2))
