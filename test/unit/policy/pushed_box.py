"""A BusyBox in a cell without physics: its parts give way to hands as they should, and push back."""

from collections import deque
from dataclasses import replace
from math import pi, sin

import numpy as np
from kinematic_world import KinematicWorld

from tandem.cell import names
from tandem.cell.busybox.layout import Layout
from tandem.cell.busybox.parts import PARTS
from tandem.cell.busybox.scene_objects import scene_objects
from tandem.cell.busybox.state import BoxState, lever_tilt
from tandem.cell.observation import Observation, TouchSample
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel
from tandem.cell.scene import Scene, SceneObject

STIFF = 5000.0
"""Of what doesn't give way, and of the arms [N/m]."""

SPRING = 800.0
"""Of a button's cap [N/m]."""

FACING = Pose.from_xyz_rpy((0.46, 0.01, 0.0), (0.0, 0.0, -pi / 2 + 0.1))

_FIST = 0.012
_LEVER = 0.020


class BoxWorld(KinematicWorld):
    """Parts that fingers close on move with the hand; perception sees the box, and what of it moved.

    Attributes:
        pressed: how far each button was pressed at most [m].
        pushed: how hard a hand was pushed back at most, by side [N].
        numb: nothing is felt where it seems to be.
    """

    def __init__(self, robot: RobotModel, layout: Layout, state: BoxState | None = None, box: Pose = FACING) -> None:
        self.layout, self.state, self.box = layout, state or BoxState(), box
        super().__init__(robot, list(scene_objects(box, layout, self.state)))
        self.pressed = dict.fromkeys((part.name for part in PARTS if part.module == "buttons"), 0.0)
        self.pushed = dict.fromkeys(names.SIDES, 0.0)
        self.numb = False
        self.touch: deque[TouchSample] = deque(maxlen=25)
        self._feel()

    def shove(self, x: float, y: float) -> None:
        """Move the whole box [m]."""
        self.box = Pose((self.box.position[0] + x, self.box.position[1] + y, 0.0), self.box.quaternion)
        self.objects = {item.name: item for item in scene_objects(self.box, self.layout, self.state)}

    def observation(self) -> Observation:
        return replace(super().observation(), wrenches=self.touch[-1].wrenches, touch=tuple(self.touch))

    def _between(self, item: SceneObject, tcp: Pose) -> float | None:
        return super()._between(item, tcp) if item.category in ("slider", "knob", "plug") else None

    def _step(self) -> None:
        super()._step()
        self._feel()

    def _feel(self) -> None:
        wrenches = {side: np.zeros(6) for side in names.SIDES}
        for side in names.SIDES if not self.numb else ():
            tcp = self.robot.tcp_pose(self.positions, side)
            wrenches[side][:3] = tcp.rotation.T @ self._push(side, tcp)
            self.pushed[side] = max(self.pushed[side], float(np.linalg.norm(wrenches[side][:3])))
        self.touch.append(TouchSample(self.time, wrenches))

    def scene(self) -> Scene:
        return Scene(self.time, tuple(replace(item, last_seen=self.time) for item in self.objects.values()))

    def _push(self, side: str, tcp: Pose) -> np.ndarray:
        """Force of the box on a hand in the world, shape (3,) [N]."""
        tips = np.array((tcp @ Pose((0.0, 0.0, 0.010))).position)
        force = np.zeros(3)
        for item in self.objects.values():
            if item.category == "button" and np.linalg.norm(tips[:2] - item.pose.position[:2]) < 0.010:
                depth = max(item.pose.position[2] - tips[2], 0.0)
                self.pressed[item.name] = max(self.pressed[item.name], depth)
                force[2] += SPRING * min(depth, 0.003) + STIFF * max(depth - 0.003, 0.0)
            if item.category == "handle":
                local = item.pose.inverse @ Pose((float(tips[0]), float(tips[1]), float(tips[2])))
                on_bar = 0.0 < local.position[0] < 0.030 and abs(local.position[1]) < 0.09
                force[2] += STIFF * max(item.top - tips[2], 0.0) if on_bar else 0.0
            if item.category == "switch":
                force += self._lever(item, tips)
        return force

    def _lever(self, item: SceneObject, tips: np.ndarray) -> np.ndarray:
        """A lever that is pushed past its middle flips."""
        frame = Pose(item.pose.position, item.pose.quaternion)
        on = item.state == "on"
        foot = frame @ Pose((-_LEVER * sin(lever_tilt(on)), 0.0, 0.0))
        local = np.array((foot.inverse @ Pose((float(tips[0]), float(tips[1]), float(tips[2])))).position)
        if abs(local[1]) > 0.008 or local[2] > 0.0:
            return np.zeros(3)
        towards = -1.0 if on else 1.0
        leading = local[0] * towards + _FIST
        if not -_LEVER * sin(lever_tilt(True)) - 0.003 < leading < 0.02 or local[0] * towards > 0.0:
            return np.zeros(3)
        if leading > 0.0:
            self.objects[item.name] = replace(
                item, state="off" if on else "on", pose=foot @ Pose((_LEVER * sin(lever_tilt(not on)), 0.0, 0.0))
            )
        return np.asarray(foot.rotation @ np.array([-3.0 * towards, 0.0, 0.0]))
