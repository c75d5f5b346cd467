"""The simulated cell: what a real one offers through its drivers, as one object without ROS."""

from dataclasses import replace

import mujoco
import numpy as np
from numpy.typing import NDArray

from tandem.cell import description, names
from tandem.cell.busybox.parts import BOX
from tandem.cell.names import Side
from tandem.cell.observation import CameraFrame
from tandem.cell.robot import home_positions
from tandem.sim.appearance import Appearance
from tandem.sim.busybox.mechanisms import Mechanisms
from tandem.sim.busybox.placing import put_modules, put_parts
from tandem.sim.busybox.settling import settle
from tandem.sim.busybox.setup import BoxSetup
from tandem.sim.contacts import ContactLog
from tandem.sim.controllers import ArmController
from tandem.sim.gripper_controller import GripperController
from tandem.sim.model import OBSERVER, TABLE, CellModel, build, kinds
from tandem.sim.noise import CameraNoise
from tandem.sim.randomisation import NONE, CameraError, Randomisation
from tandem.sim.rendering import CellRenderer, Quality, camera_frame
from tandem.sim.scenes import ObjectKind, SceneSpec, scene_for
from tandem.sim.sensing import TactilePads, WristSensor
from tandem.sim.servo import Servo
from tandem.sim.shove import Shove
from tandem.sim.truth import Truth

Array = NDArray[np.float64]

_KEPT_MODELS = 6


_DIVERGED = [
    warning.value
    for warning in (mujoco.mjtWarning.mjWARN_BADQPOS, mujoco.mjtWarning.mjWARN_BADQVEL, mujoco.mjtWarning.mjWARN_BADQACC)
]


class SimulationError(RuntimeError):
    """The simulation can't go on until it is reset."""


class CellSim:
    """Two arms, their grippers and sensors, and a scene in front of them. Not safe to share between threads without a lock.

    Attributes:
        scene: the scene that was set up last.
        arm_controllers: trajectory controllers of the arms, by side.
        gripper_controllers: of the grippers, by side.
        truth: what really is, for evaluators only.
    """

    def __init__(self, scene: SceneSpec | None = None, seed: int = 0, *, quality: Quality = "fast") -> None:
        """Set up a scene, by default ``tabletop`` of that seed."""
        self._quality: Quality = quality
        self._built: dict[tuple[ObjectKind, ...], _Built] = {}
        self.arm_controllers: dict[Side, ArmController] = {}
        self.gripper_controllers: dict[Side, GripperController] = {}
        self.reset(scene if scene is not None else "tabletop", seed)

    def reset(
        self, scene: SceneSpec | str, seed: int = 0, *, start_time: float = 0.0, randomisation: Randomisation = NONE
    ) -> None:
        """Put the arms home at rest and the objects where the scene says; forgets contacts and goals.

        Args:
            scene: a scene, or the name of one.
            seed: of a scene given by name.
            start_time: what the clock says then [s].
            randomisation: in what it differs from the nominal cell.
        """
        self.scene = scene_for(scene, seed) if isinstance(scene, str) else scene
        self._now = self._built_for(kinds(self.scene.objects))
        self._now.dress(self.scene, randomisation)
        self._noise = CameraNoise(randomisation)
        self._mounts = {name: randomisation.cameras.get(name, CameraError()).mount.pose for name in names.CAMERAS}
        self._shoves: list[Shove] = []
        mujoco.mj_resetData(self.cell.model, self.data)
        self.data.time = start_time
        home = home_positions()
        self._place_robot(home)
        self._place_objects()
        for side in names.SIDES:
            self.arm_controllers[side] = ArmController(side, home[names.ARM_COLUMNS[side]])
            self.gripper_controllers[side] = GripperController(side, float(home[names.GRIPPER_COLUMN[side]]))
        mujoco.mj_forward(self.cell.model, self.data)
        self._now.contacts.clear()
        self.truth = Truth(self.cell, self.data, self.scene, self._now.contacts)

    @property
    def cell(self) -> CellModel:
        """The compiled model."""
        return self._now.cell

    @property
    def data(self) -> mujoco.MjData:
        """MuJoCo's state."""
        return self._now.data

    @property
    def time(self) -> float:
        """The cell's clock [s]."""
        return float(self.data.time)

    @property
    def timestep(self) -> float:
        """Length of a step [s]."""
        return float(self.cell.model.opt.timestep)

    def step(self, n: int = 1) -> None:
        """Run the controllers and the physics for ``n`` steps.

        Raises:
            SimulationError: what comes out of it is no physics any more.
        """
        model, data, contacts, box = self.cell.model, self.data, self._now.contacts, self._now.box
        for _ in range(n):
            self._control()
            if box is not None:
                box.apply(data)
            if self._shoves:
                self._shoves = [shove for shove in self._shoves if shove.apply(data)]
            mujoco.mj_step(model, data)
            contacts.update(data)
        if data.warning.number[_DIVERGED].any():
            raise SimulationError(
                f"the physics diverged before {data.time:.3f} s, and MuJoCo put everything back to where it began"
            )

    def shove(self, name: str, offset: tuple[float, float], seconds: float) -> None:
        """Somebody begins to push an object to another place on the table, that far away in x and y [m], within so long [s]."""
        self._shoves.append(Shove(self.cell, self.data, name, offset, seconds))

    def joint_state(self) -> tuple[Array, Array, Array]:
        """Positions [rad; m], velocities and efforts [N m; N] of the 14 joints, each of shape (14,)."""
        cell, data = self.cell, self.data
        return data.qpos[cell.qpos], data.qvel[cell.dofs], data.actuator_force[cell.drives]

    def wrench(self, side: Side) -> Array:
        """Force [N] and torque [N m] on a tool in and about its tcp frame, its own weight taken off, shape (6,)."""
        return self._now.wrists[side].read(self.data)

    def tactile(self, side: Side) -> Array:
        """Forces on a gripper's pads [N], shape (2 fingers, rows, columns, 3: pressure, shear x, shear y)."""
        return self._now.pads[side].read(self.data)

    def render(self, camera: str) -> CameraFrame:
        """What one of ``names.CAMERAS`` sees now."""
        if camera not in names.CAMERAS:
            raise KeyError(f"no camera named '{camera}'; there are {', '.join(names.CAMERAS)}")
        frame = camera_frame(self._now.renderer(self._quality), self.data, camera, self._mounts[camera])
        return replace(frame, rgb=self._noise.colours(camera, frame.rgb), depth=self._noise.depths(frame.depth))

    def render_square(self, camera: str) -> NDArray[np.uint8]:
        """The colours of the largest square around the middle of such an image, shape (n, n, 3): pixel by pixel the same."""
        settings = description.settings("cameras.yaml")[camera]
        side = min(int(settings["width"]), int(settings["height"]))
        if int(settings["height"]) != side:
            raise ValueError(f"the images of {camera} are higher than wide")
        return self._noise.colours(camera, self._now.renderer(self._quality).draw_colour(self.data, camera, side, side))

    def render_observer(self, width: int = 960, height: int = 540) -> NDArray[np.uint8]:
        """The cell seen from in front, for people only, shape (height, width, 3)."""
        return self._now.renderer("fine").draw(self.data, OBSERVER, width, height).rgb

    def close(self) -> None:
        """Give the graphics memory back; the simulation itself can go on."""
        for built in self._built.values():
            built.close()

    def _built_for(self, key: tuple[ObjectKind, ...]) -> "_Built":
        """The newest few are kept: each has graphics memory of its own."""
        built = self._built.pop(key, None) or _Built(build(key))
        self._built[key] = built
        while len(self._built) > _KEPT_MODELS:
            self._built.pop(next(iter(self._built))).close()
        return built

    def _control(self) -> None:
        cell, data = self.cell, self.data
        now, timestep = float(data.time), self.timestep
        position, velocity, force = data.qpos[cell.qpos], data.qvel[cell.dofs], data.actuator_force
        arms, grippers = {}, {}
        for side in names.SIDES:
            columns, finger = names.ARM_COLUMNS[side], names.GRIPPER_COLUMN[side]
            arms[side] = self.arm_controllers[side].update(now, position[columns], velocity[columns])
            effort = float(force[cell.drives[finger]])
            grippers[side] = self.gripper_controllers[side].update(
                now, timestep, float(position[finger]), float(velocity[finger]), effort
            )
        self._now.servo.command(data, arms, grippers)

    def _place_robot(self, home: Array) -> None:
        self.data.qpos[self.cell.qpos] = home
        for side in names.SIDES:
            self.data.qpos[self.cell.mimic(side)[0]] = home[names.GRIPPER_COLUMN[side]]

    def _place_objects(self) -> None:
        for item in self.scene.objects:
            x, y, z, w = item.pose.quaternion
            self.data.qpos[self.cell.object_qpos(item.name)] = (*item.pose.position, w, x, y, z)
            if item.setup is not None:
                self._place_box(item.setup)

    def _place_box(self, setup: BoxSetup) -> None:
        box = self._now.box
        assert box is not None, "a scene with a box has its mechanisms"
        put_parts(self.cell.model, self.data, setup)
        box.reset(self.data, setup)
        fingers = [self.cell.mimic(side) for side in names.SIDES]
        robot = np.array([*self.cell.qpos, *(at[0] for at in fingers)]), np.array([*self.cell.dofs, *(at[1] for at in fingers)])
        settle(self.cell.model, self.data, box, setup, robot)


class _Built:
    """A compiled model with its state and all that reads it."""

    def __init__(self, cell: CellModel) -> None:
        self.cell = cell
        self.data = mujoco.MjData(cell.model)
        self.servo = Servo(cell)
        self.contacts = ContactLog(cell)
        self.wrists = {side: WristSensor(cell, side) for side in names.SIDES}
        self.pads = {side: TactilePads(cell, side) for side in names.SIDES}
        self.box = Mechanisms(cell.model) if BOX in cell.objects else None
        self._appearance = Appearance(cell)
        self._renderers: dict[Quality, CellRenderer] = {}

    def dress(self, scene: SceneSpec, drawn: Randomisation) -> None:
        """Light, colours, cameras, friction, masses and a box's layout of an episode; the state is spoilt by it."""
        for item in scene.objects:
            if item.setup is not None and self.box is not None:
                self.box.release()
                put_modules(self.cell.model, self.data, item.setup)
        if self._appearance.dress(self.data, scene.look, drawn):
            for renderer in self._renderers.values():
                renderer.send_texture(TABLE)

    def renderer(self, quality: Quality) -> CellRenderer:
        """Made when first asked for, on the thread that asks."""
        if quality not in self._renderers:
            self._renderers[quality] = CellRenderer(self.cell.model, quality)
        return self._renderers[quality]

    def close(self) -> None:
        for renderer in self._renderers.values():
            renderer.close()
        self._renderers.clear()
