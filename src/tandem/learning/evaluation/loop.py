"""The cell's loop in one process: simulator, perception, executor and safety monitor, timed as the nodes are."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.chunk import ActionChunk, Outcome, Verdict
from tandem.cell.observation import CameraFrame, Observation, TouchSample
from tandem.cell.scene import Scene
from tandem.cell.trajectory import Trajectory
from tandem.learning.evaluation.schedule import Schedule
from tandem.perception.estimator import SceneEstimator
from tandem.safety.executor import ExecutorCore
from tandem.safety.grippers import GripperCommand
from tandem.safety.monitor import Monitor
from tandem.sim.cell_sim import CellSim
from tandem.sim.gripper_controller import GripperGoal
from tandem.sim.randomisation import NONE, Randomisation
from tandem.sim.scenes import SceneSpec
from tandem.sim.state_log import StateLog
from tandem.sim.trajectory_goal import GoalRefused, JointTrajectory, TrajectoryError

Array = NDArray[np.float64]

_LOG_HZ = 25.0
_TOUCH_HISTORY_S = 0.5
_AT_REST = 0.01
"""Joint speed below which an arm is at rest [rad/s]."""


@dataclass(frozen=True)
class CellTiming:
    """Rates [Hz] and delays [s] of what are processes of their own in the running cell.

    Attributes:
        joint_states, touch, executor: how often joint states and wrenches come, and the executor looks after its motion.
        cameras: images a second; half of what the cell's give, since on a busy machine perception doesn't keep up with more.
        perception_s: from an image to its scene.
        inference_s: from an observation to the policy's chunk.
        command_s: from the executor to the controllers.
    """

    joint_states: float = 100.0
    touch: float = 50.0
    executor: float = 50.0
    cameras: float = 5.0
    perception_s: float = 0.06
    inference_s: float = 0.02
    command_s: float = 0.004


class CellLoop:
    """Runs as fast as it goes; nothing in it waits for the wall clock.

    Attributes:
        timing: of this episode.
        sim: the simulated cell.
        scene: what perception said last, None before it said anything.
        frame: the newest image that perception was given.
        verdicts: all verdicts since the reset.
        stopped: why the executor or the monitor stopped the cell, or empty.
        log: the simulator's states over time.
    """

    def __init__(self, timing: CellTiming | None = None) -> None:
        self._nominal = timing or CellTiming()
        self.sim = CellSim()
        self._estimator = SceneEstimator()
        self._window = description.settings("safety.yaml")["window"]
        self.reset(self.sim.scene)

    def reset(
        self,
        scene: SceneSpec,
        on_verdict: Callable[[Verdict], None] = lambda verdict: None,
        randomisation: Randomisation = NONE,
        delay_s: float = 0.0,
    ) -> None:
        """Set a scene up, at rest, with everything forgotten.

        Args:
            scene: to set up.
            on_verdict: is told every verdict.
            randomisation: in what it differs from the nominal cell, delays included.
            delay_s: added to the time from an observation to the policy's chunk [s].
        """
        self.sim.reset(scene, randomisation=randomisation)
        drawn = {"perception_s": randomisation.perception_s, "inference_s": randomisation.inference_s}
        timing = replace(self._nominal, **{name: value for name, value in drawn.items() if value is not None})
        self.timing = replace(timing, inference_s=timing.inference_s + delay_s)
        self._estimator.reset()
        self._executor = ExecutorCore()
        self._monitor = Monitor(required_nodes=())
        self._monitor.start(self.now)
        self._on_verdict = on_verdict
        self.scene: Scene | None = None
        self.frame: CameraFrame | None = None
        self.verdicts: list[Verdict] = []
        self.stopped = ""
        self.log = StateLog(self.sim)
        self._touch: deque[TouchSample] = deque()
        self._next_window = 0.0
        self._schedule = Schedule()
        timing = self.timing
        for rate, action in (
            (timing.joint_states, self._tell_joints),
            (timing.touch, self._tell_forces),
            (timing.executor, self._look_after_motion),
            (timing.cameras, self._look),
            (_LOG_HZ, self.log.record),
        ):
            self._schedule.every(1.0 / rate, self.now, action)

    @property
    def now(self) -> float:
        """The cell's clock [s]."""
        return self.sim.time

    @property
    def at_rest(self) -> bool:
        """Whether no arm joint moves."""
        velocities = self.sim.joint_state()[1]
        return all(float(np.abs(velocities[columns]).max()) < _AT_REST for columns in names.ARM_COLUMNS.values())

    def run_until(self, done: Callable[[], bool], timeout_s: float) -> bool:
        """Let time pass until something is so; whether it became so before that many seconds had passed."""
        deadline = self.now + timeout_s
        while not done():
            if self.now >= deadline:
                return False
            time, action = self._schedule.pop()
            steps = round((time - self.now) / self.sim.timestep)
            if steps > 0:
                self.sim.step(steps)
            action()
        return True

    def run_for(self, seconds: float) -> None:
        """Let time pass."""
        self.run_until(lambda: False, seconds)

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something later."""
        self._schedule.at(self.now + seconds, action)

    def every(self, period: float, action: Callable[[], None]) -> None:
        """Do something now and then every ``period`` [s], until the next reset."""
        self._schedule.every(period, self.now, action)

    def observation(self, cameras: Sequence[str] = ()) -> Observation:
        """What a policy gets now, with images of the cameras that it wants.

        Raises:
            RuntimeError: perception has said nothing yet.
        """
        if self.scene is None:
            raise RuntimeError("perception has said nothing yet")
        positions, velocities, _ = self.sim.joint_state()
        wrenches: dict[str, Array] = {side: self.sim.wrench(side) for side in names.SIDES}
        tactile: dict[str, Array] = {side: self.sim.tactile(side) for side in names.SIDES}
        frames = {camera: self.sim.render(camera) for camera in cameras}
        return Observation(self.now, positions, velocities, self.scene, frames, wrenches, tactile, tuple(self._touch))

    def submit(self, chunk: ActionChunk) -> Verdict:
        """Give a chunk to the executor."""
        verdict = self._executor.submit(chunk, self.now)
        self.verdicts.append(verdict)
        self._on_verdict(verdict)
        if verdict.accepted:
            self._send_window()
        return verdict

    def halt(self, source: str) -> None:
        """Let the arms come to rest on what is certified."""
        self._executor.halt(source, self.now)
        self._send_window(always=True)

    def stop(self, cause: str, reason: str) -> None:
        """Stop the cell, as the monitor does."""
        if not self.stopped:
            self.stopped = f"{cause}: {reason}"
            self._executor.stop(cause, reason, self.now)
            self._send_window(always=True)

    def commanded(self) -> Array:
        """Where the controllers send the joints now, shape (14,): the arms' desired positions [rad], the grippers' goals [m]."""
        joints = np.empty(names.DOF)
        for side in names.SIDES:
            joints[names.ARM_COLUMNS[side]] = self.sim.arm_controllers[side].sample(self.now).position
            joints[names.GRIPPER_COLUMN[side]] = self.sim.gripper_controllers[side].goal.position
        return joints

    @property
    def interventions(self) -> tuple[Verdict, ...]:
        """Verdicts that were not plain passes."""
        return tuple(verdict for verdict in self.verdicts if verdict.outcome != Outcome.PASSED)

    def _tell_joints(self) -> None:
        positions, velocities, _ = self.sim.joint_state()
        self._executor.update_state(positions, velocities, self.now)
        self._monitor.joint_state(positions, velocities, self.now)
        self._estimator.observe_joints(positions, velocities, self.now)

    def _tell_forces(self) -> None:
        wrenches: dict[str, Array] = {side: self.sim.wrench(side) for side in names.SIDES}
        tactile: dict[str, Array] = {side: self.sim.tactile(side) for side in names.SIDES}
        for side in names.SIDES:
            self._monitor.wrench(side, wrenches[side][:3], self.now)
        self._touch.append(TouchSample(self.now, wrenches, tactile))
        while self._touch[0].stamp < self.now - _TOUCH_HISTORY_S - 1e-9:
            self._touch.popleft()

    def _look(self) -> None:
        self.frame = frame = self.sim.render("overhead_camera")
        positions, velocities, _ = self.sim.joint_state()
        closer = [self.sim.render(camera) for camera in self._estimator.closer(positions, velocities)]
        scene = self._estimator.update([frame, *closer], positions, velocities, self.now)
        self.after(self.timing.perception_s, partial(self._tell_scene, scene))

    def _tell_scene(self, scene: Scene) -> None:
        self.scene = scene
        self._executor.update_scene(scene)

    def _look_after_motion(self) -> None:
        state = self._monitor.state(self.now)
        if state.stopped:
            self.stop(state.cause, state.reason)
        self._executor.set_speed_scale(state.speed_scale)
        urgent = self._executor.check(self.now)
        if self._executor.stopped_because and not self.stopped:
            self.stopped = self._executor.stopped_because
        if urgent:
            self._send_window(always=True)
        elif self.now >= self._next_window - 1e-9:
            self._send_window()

    def _send_window(self, *, always: bool = False) -> None:
        window = self._executor.window(self.now)
        self._next_window = self.now + float(self._window["update_s"])
        grippers = self._executor.gripper_commands(self.now) if window is not None or always else {}
        self.after(self.timing.command_s, partial(self._command, window, grippers))

    def _command(self, window: Trajectory | None, grippers: dict[names.Side, GripperCommand]) -> None:
        if window is not None:
            for side in names.SIDES:
                self._command_arm(side, window)
        for side, command in grippers.items():
            goal = GripperGoal(command.travel, max_velocity=command.speed)
            self.sim.gripper_controllers[side].accept(goal, self.now)

    def _command_arm(self, side: names.Side, window: Trajectory) -> None:
        columns = names.ARM_COLUMNS[side]
        trajectory = JointTrajectory(
            names.ARM_JOINTS[side],
            window.times - window.start,
            window.positions[:, columns],
            window.velocities[:, columns],
            window.accelerations[:, columns],
            stamp=window.start,
        )
        try:
            self.sim.arm_controllers[side].accept(trajectory, self.now, monitored=False)
        except GoalRefused as refusal:
            # A motion's very end can be over before it arrives; what the controller holds leads there as well.
            if refusal.code != TrajectoryError.OLD_HEADER_TIMESTAMP:
                self.stop("controller", f"{side} arm: {refusal}")
