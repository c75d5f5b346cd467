"""A cell without physics: joints follow chunks exactly, fingers stop at what is between them, held things move with the hand.

Fingers that are sent further than they get press as hard as their drives are stiff; fragile things give way before.
"""

from dataclasses import replace

import numpy as np

from tandem.cell import names
from tandem.cell.chunk import ActionChunk
from tandem.cell.observation import Observation
from tandem.cell.pose import Pose
from tandem.cell.props import handle_bars, is_fragile, primitives
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject

DT = 0.02

DRIVE, SHELL = 20000.0, 6000.0
"""Stiffness of a finger's drive, and of fragile things [N/m]."""


class KinematicWorld:
    """Perception is exact and immediate."""

    def __init__(self, robot: RobotModel, objects: list[SceneObject]) -> None:
        self.robot, self.time = robot, 0.0
        self.positions = home_positions().copy()
        self.velocities = np.zeros(names.DOF)
        self.objects = {item.name: item for item in objects}
        self.holders: dict[str, dict[str, Pose]] = {item.name: {} for item in objects}
        self.chunk: ActionChunk | None = None
        self.dropped: list[str] = []
        self.touchable = self.feels = True
        self.seen_wider: dict[str, float] = {}
        self.felt = dict.fromkeys(names.SIDES, 0.0)
        self.hardest: dict[str, float] = {}

    def take(self, chunk: ActionChunk) -> None:
        self.chunk = chunk

    def observation(self) -> Observation:
        tactile = {side: np.full((2, 8, 4, 3), force / 32) for side, force in self.felt.items()}
        felt = tactile if self.feels else {}
        return Observation(self.time, self.positions.copy(), self.velocities.copy(), self.scene(), tactile=felt)

    def scene(self) -> Scene:
        return Scene(self.time, tuple(self._seen(item) for item in self.objects.values()))

    def advance(self, seconds: float) -> None:
        for _ in range(round(seconds / DT)):
            self.time += DT
            self._step()

    def _seen(self, item: SceneObject) -> SceneObject:
        grips = self.holders[item.name]
        held = "both" if len(grips) == 2 else next(iter(grips), "")
        in_tcp = grips.get("left", grips.get("right"))
        wider = self.seen_wider.get(item.name, 0.0)
        size = (item.size[0] + wider, item.size[1] + wider, item.size[2])
        return replace(item, size=size, held_by=held, pose_in_tcp=in_tcp, on="" if held else item.on, last_seen=self.time)

    def _step(self) -> None:
        before = self.positions.copy()
        if self.chunk is not None:
            rows = self.chunk.stamp + self.chunk.step_dt * np.arange(len(self.chunk.positions))
            wanted = np.array([np.interp(self.time, rows, self.chunk.positions[:, k]) for k in range(names.DOF)])
            if self.time >= rows[0]:
                self.positions = wanted
        for side in names.SIDES:
            column = names.GRIPPER_COLUMN[side]
            tcp = self.robot.tcp_pose(self.positions, side)
            self.felt[side] = 0.0
            for item in self.objects.values() if self.touchable else ():
                self._touch(item, side, tcp, column, closing=self.positions[column] <= before[column])
        for name, grips in self.holders.items():
            if grips:
                side = next(iter(grips))
                pose = self.robot.tcp_pose(self.positions, side) @ grips[side]
                self.objects[name] = replace(self.objects[name], pose=pose)
        self.velocities = (self.positions - before) / DT

    def _touch(self, item: SceneObject, side: str, tcp: Pose, column: int, *, closing: bool) -> None:
        half = self._between(item, tcp)
        held = side in self.holders[item.name]
        if half is not None and (held or closing) and self.positions[column] <= half:
            self._press(item, side, column, half)
            if not held:
                self.holders[item.name][side] = tcp.inverse @ item.pose
        elif held:
            grip = self.holders[item.name].pop(side)
            if not self.holders[item.name]:
                self._drop(item, tcp @ grip)

    def _press(self, item: SceneObject, side: str, column: int, half: float) -> None:
        give = DRIVE / (DRIVE + SHELL) if is_fragile(item.category) else 0.0
        sent = self.positions[column]
        self.positions[column] = half - give * (half - sent)
        self.felt[side] = DRIVE * (self.positions[column] - sent)
        self.hardest[item.name] = max(self.hardest.get(item.name, 0.0), self.felt[side])

    def _between(self, item: SceneObject, tcp: Pose) -> float | None:
        """Half the width of the part of an object around a grasp centre, along the closing direction."""
        if np.linalg.norm(np.subtract(item.pose.position, tcp.position)) > np.linalg.norm(item.size) / 2 + 0.01:
            return None
        parts = handle_bars(item.size) if item.category == "tray" else primitives(item.category, item.size)
        for pose, size in parts:
            local = (item.pose @ pose).inverse @ tcp
            if np.all(np.abs(local.position) <= np.array(size) / 2 + 0.004):
                axis = int(np.abs(local.rotation[:, 1]).argmax())
                if abs(local.rotation[axis, 1]) > 0.98:
                    return size[axis] / 2
        return None

    def _drop(self, item: SceneObject, pose: Pose) -> None:
        self.dropped.append(item.name)
        self.objects[item.name] = replace(item, pose=pose, on="table")
