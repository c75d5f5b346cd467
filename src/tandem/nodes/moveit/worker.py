"""MoveIt in a process of its own: takes jobs from a pipe, one after the other, and answers them.

moveit_py (as of Jazzy) holds Python's lock while it plans, plans one thing at a time, and may crash when it ends; none of that
reaches the planner node from here.
"""

import signal
import tempfile
from collections.abc import Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from moveit.core.collision_detection import AllowedCollisionMatrix
from moveit.core.collision_detection import World as ObjectWorld
from moveit.core.planning_scene import PlanningScene
from moveit.core.robot_state import RobotState
from moveit.planning import MoveItPy, PlanRequestParameters
from moveit_msgs.msg import Constraints, JointConstraint
from numpy.typing import NDArray

from tandem.cell import moveit, names
from tandem.nodes.moveit.jobs import Failed, Job, Look, Search, World
from tandem.nodes.moveit.scene_messages import allowed_pairs, attached_objects, free_objects

Array = NDArray[np.float64]

NODE = "tandem_moveit"

_ARRIVED_RAD = 1e-4
"""Paths end as near as this to a goal, and are then led to it."""


def serve(pipe: Connection, namespace: str, mappings: dict[str, str]) -> None:
    """Answer jobs until the pipe is closed.

    Args:
        pipe: to the planner's process.
        namespace: of the node.
        mappings: xacro arguments of the robot description.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the planner's process, which closes the pipe
    planner = _Planner(namespace, mappings)
    for number, action in ((signal.SIGINT, signal.SIG_IGN), (signal.SIGTERM, signal.SIG_DFL)):
        signal.signal(number, action)  # MoveIt has taken both, and would outlive the planner
    pipe.send(None)
    while True:
        try:
            job: Job = pipe.recv()
        except EOFError:
            break
        try:
            pipe.send(planner.answer(job))
        except Exception as error:
            pipe.send(Failed(f"MoveIt: {error}"))
    planner.shutdown()


class _Planner:
    def __init__(self, namespace: str, mappings: dict[str, str]) -> None:
        with tempfile.TemporaryDirectory(prefix="tandem_moveit_") as folder:
            # moveit_py's own way to be told (``config_dict``) finds no node that has a namespace.
            file = moveit.parameter_file(Path(folder), NODE, namespace, moveit.moveit_py(**mappings))
            self._moveit = MoveItPy(
                node_name=NODE,
                name_space=namespace,
                launch_params_filepaths=[str(file)],
                provide_planning_service=False,
                remappings={"/tf": "tf", "/tf_static": "tf_static"},
            )
        self._model = self._moveit.get_robot_model()
        self._components = {
            name: self._moveit.get_planning_component(name) for name in ("both_arms", *(f"{side}_arm" for side in names.SIDES))
        }
        self._scene = self._empty_scene()

    def answer(self, job: Job) -> Any:
        """Do one job."""
        if isinstance(job, World):
            return self._set_world(job)
        if isinstance(job, Look):
            return self._first_hit(job.postures)
        return self._search(job)

    def shutdown(self) -> None:
        """In order, or moveit_py crashes."""
        self._components.clear()
        del self._scene, self._model
        self._moveit.shutdown()

    def _empty_scene(self) -> PlanningScene:
        # With a world of its own: the bindings' default is one and the same for all scenes.
        return PlanningScene(self._model, ObjectWorld())

    def _set_world(self, world: World) -> None:
        self._scene = scene = self._empty_scene()
        for item in free_objects(world.scene):
            scene.apply_collision_object(item)
        for held in attached_objects(world.scene):
            scene.process_attached_collision_object(held)
        matrix: AllowedCollisionMatrix = scene.allowed_collision_matrix
        for first, second in allowed_pairs(world.scene, world.allowed):
            matrix.set_entry(first, second, True)
        scene.allowed_collision_matrix = matrix

    def _state(self, posture: Array) -> RobotState:
        """The robot at joints of shape (14,), with what it holds."""
        state: RobotState = self._scene.current_state
        state.joint_positions = dict(zip(names.JOINTS, posture.tolist(), strict=True))
        state.update()
        return state

    def _first_hit(self, postures: Array) -> int | None:
        colliding = (
            index for index, posture in enumerate(postures) if self._scene.is_state_colliding(self._state(posture), "", False)
        )
        return next(colliding, None)

    def _search(self, job: Search) -> Array | None:
        group = "both_arms" if len(job.sides) == len(names.SIDES) else f"{job.sides[0]}_arm"
        joints = [joint for side in job.sides for joint in names.ARM_JOINTS[side]]
        columns = [names.JOINTS.index(joint) for joint in joints]
        asked = PlanRequestParameters(self._moveit, "")
        asked.planning_pipeline, asked.planner_id = job.pipeline, job.planner
        asked.planning_time, asked.planning_attempts = job.seconds, 1
        # OMPL takes many goals at once and goes to any of them, the others take one.
        offers = [job.goals] if job.pipeline == "ompl" else [(goal,) for goal in job.goals]
        component = self._components[group]
        for goals in offers:
            component.set_start_state(robot_state=self._state(job.start))
            component.set_goal_state(motion_plan_constraints=[_at(joints, goal[columns]) for goal in goals])
            found = component.plan(single_plan_parameters=asked, planning_scene=self._scene)
            if found:
                return _ending_at(_path(found, job.start, joints, columns), goals)
        return None


def _path(found: Any, start: Array, joints: list[str], columns: list[int]) -> Array:
    """The waypoints of MoveIt's answer as postures of shape (n, 14)."""
    message = found.trajectory.get_robot_trajectory_msg().joint_trajectory
    order = [list(message.joint_names).index(joint) for joint in joints]
    path = np.tile(start, (len(message.points), 1))
    path[:, columns] = np.array([point.positions for point in message.points])[:, order]
    return path


def _at(joints: Iterable[str], positions: Array) -> Constraints:
    wanted = [
        JointConstraint(joint_name=joint, position=float(position), tolerance_above=_ARRIVED_RAD, tolerance_below=_ARRIVED_RAD)
        for joint, position in zip(joints, positions, strict=True)
    ]
    for constraint in wanted:
        constraint.weight = 1.0
    return Constraints(joint_constraints=wanted)


def _ending_at(path: Array, goals: Iterable[Array]) -> Array:
    """The path with the nearest of the goals as its last posture."""
    nearest = min(goals, key=lambda goal: float(np.abs(goal - path[-1]).max()))
    return np.vstack([path[:-1], nearest])
