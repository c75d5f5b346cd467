"""The simulator node: the MuJoCo cell behind exactly the topics, services and actions of the real one."""

from __future__ import annotations

import json
import os
import threading
import traceback
from concurrent.futures import Future
from functools import partial
from queue import SimpleQueue
from typing import Any

from geometry_msgs.msg import WrenchStamped
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import CameraInfo, Image, JointState
from tandem_cell.msg import TactileImage
from tandem_cell.srv import GetTruth, ResetScene

from tandem.cell import names
from tandem.nodes import conversions, qos
from tandem.nodes.box_state import BoxState
from tandem.nodes.cell_node import CellNode, ConfigurationError, DiagnosticStatus, Parameter, run
from tandem.nodes.mqtt import Broker, NoBroker
from tandem.nodes.sim_controllers import ArmControllerServer, GripperControllerServer
from tandem.nodes.sim_pacer import Pacer, Periodic
from tandem.nodes.transport import carry_images
from tandem.sim.busybox.messages import RATE_HZ
from tandem.sim.cell_sim import CellSim
from tandem.sim.controllers import ArmController
from tandem.sim.gripper_controller import GripperController
from tandem.sim.scenes import scene_for
from tandem.sim.state_log import StateLog

CLOCK_HZ = 100.0
SENSOR_HZ = 50.0
LOG_HZ = 25.0
DRAWING_TIMEOUT_S = 60.0
RESET_TIMEOUT_S = 30.0


class Sim(CellNode):
    """Physics runs in a thread of its own, paced by the wall clock; messages come in on the executor's thread."""

    PARAMETERS = (
        Parameter("scene", "tabletop", "Scene that is set up."),
        Parameter("seed", 0, "Seed of the scene.", 0, 2**31 - 1),
        Parameter("speed", 1.0, "Simulated seconds a second; slower when the machine is.", 0.05, 20.0),
        Parameter("joint_state_rate", 100.0, "Joint states [Hz, simulated].", 10.0, 500.0),
        Parameter("camera_rate", 10.0, "Images of each camera that somebody subscribes to [Hz, simulated].", 0.5, 60.0),
        Parameter("mqtt_broker", "", "MQTT broker that a BusyBox's state goes to as well, host or host:port; empty for none."),
        Parameter("state_log", "", "File for the states that a video is made from; empty for none."),
    )

    def configure(self) -> None:
        """Builds the model and offers the cell's interfaces; time stands still until activation."""
        self._lock = threading.Lock()
        self._resets: SimpleQueue[tuple[str, int, Future[None]]] = SimpleQueue()
        try:
            self._sim = CellSim(scene_for(self.value("scene"), int(self.value("seed"))))
        except KeyError as error:
            raise ConfigurationError(error.args[0]) from error
        self._log = StateLog(self._sim) if self.value("state_log") else None
        self._ending, self._drawing = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._clock_publisher = self.create_publisher(Clock, "/clock", qos.SENSOR)
        self._states = self.create_publisher(JointState, "joint_states", qos.STATE)
        self._images = {
            camera: (
                self.create_publisher(Image, f"{camera}/color/image_raw", qos.SENSOR),
                self.create_publisher(Image, f"{camera}/depth/image_raw", qos.SENSOR),
                self.create_publisher(CameraInfo, f"{camera}/camera_info", qos.SENSOR),
            )
            for camera in names.CAMERAS
        }
        self._wrenches = {side: self.create_publisher(WrenchStamped, f"{side}_wrench", qos.SENSOR) for side in names.SIDES}
        self._tactile = {side: self.create_publisher(TactileImage, f"{side}_tactile", qos.SENSOR) for side in names.SIDES}
        self._box_state = BoxState(self, self._broker())
        self.at_cleanup(self._box_state.close)
        self._servers = [server for side in names.SIDES for server in self._controller_servers(side)]
        self.create_service(ResetScene, "~/reset_scene", self._on_reset)
        self.create_service(GetTruth, "~/get_truth", self._on_truth)
        self.every(0.02, self._look_after_goals)

    def activate(self) -> None:
        """Time begins to run."""
        self._ending.clear()
        self._drawing.clear()
        self._thread = threading.Thread(target=self._run_or_end, name="physics", daemon=True)
        self._thread.start()
        if not self._drawing.wait(DRAWING_TIMEOUT_S):
            raise ConfigurationError("the cameras can't be drawn; `tandem doctor` looks at what drawing needs")

    def deactivate(self) -> None:
        """Time stands still; the log is written."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join(timeout=5.0)
        if self._log is not None:
            self._log.save(self.value("state_log"))

    def _broker(self) -> Broker | None:
        address = self.value("mqtt_broker")
        try:
            return Broker(address) if address else None
        except NoBroker as error:
            raise ConfigurationError(str(error)) from error

    def status(self) -> tuple[bytes, str, dict[str, Any]]:
        """For /diagnostics."""
        if not self.active:
            return DiagnosticStatus.WARN, "not active", {}
        return DiagnosticStatus.OK, f"simulated time {self._sim.time:.1f} s", {"time": f"{self._sim.time:.3f}"}

    def sim_time(self) -> float:
        """Simulated time [s]."""
        return float(self._sim.time)

    def _controller_servers(self, side: names.Side) -> tuple[ArmControllerServer, GripperControllerServer]:
        # They ask for the controller anew each time: a reset of the scene makes new ones.
        arm, gripper = partial(self._arm_controller, side), partial(self._gripper_controller, side)
        return (
            ArmControllerServer(self, side, arm, self.sim_time, self._lock),
            GripperControllerServer(self, side, gripper, self.sim_time, self._lock),
        )

    def _arm_controller(self, side: names.Side) -> ArmController:
        return self._sim.arm_controllers[side]

    def _gripper_controller(self, side: names.Side) -> GripperController:
        return self._sim.gripper_controllers[side]

    def _run_or_end(self) -> None:
        """A simulator without physics would only seem to be alive."""
        try:
            self._run()
        except Exception:
            self.get_logger().fatal(f"the simulation broke down:\n{traceback.format_exc()}")
            os._exit(1)

    def _run(self) -> None:
        # The first images take long, and the drawing context belongs to this thread: before anybody listens for heartbeats.
        for camera in names.CAMERAS:
            self._sim.render(camera)
        self._drawing.set()
        pacer = Pacer(speed=float(self.value("speed")))
        tasks = [
            Periodic(1.0 / CLOCK_HZ, self._publish_clock),
            Periodic(1.0 / self.value("joint_state_rate"), self._publish_joints),
            Periodic(1.0 / SENSOR_HZ, self._publish_touch),
            Periodic(1.0 / RATE_HZ, lambda: self._box_state.publish(self._sim)),
            Periodic(1.0 / self.value("camera_rate"), self._publish_images),
        ]
        if self._log is not None:
            tasks.append(Periodic(1.0 / LOG_HZ, self._log.record))
        while not self._ending.is_set():
            self._do_resets()
            with self._lock:
                self._sim.step()
                now = self._sim.time
            for task in tasks:
                task.run_if_due(now)
            pacer.wait(now)
        self._sim.close()  # what draws belongs to this thread

    def _publish_clock(self) -> None:
        self._clock_publisher.publish(Clock(clock=conversions.to_time(self._sim.time)))

    def _publish_joints(self) -> None:
        positions, velocities, efforts = self._sim.joint_state()
        self._states.publish(
            JointState(
                header=conversions.header(self._sim.time, ""),
                name=list(names.JOINTS),
                position=positions.tolist(),
                velocity=velocities.tolist(),
                effort=efforts.tolist(),
            )
        )

    def _publish_touch(self) -> None:
        now = self._sim.time
        for side in names.SIDES:
            frame = names.TCP_FRAME[side]
            self._wrenches[side].publish(conversions.to_wrench(self._sim.wrench(side), now, frame))
            if self._tactile[side].get_subscription_count():
                self._tactile[side].publish(conversions.to_tactile(self._sim.tactile(side), now, frame))

    def _publish_images(self) -> None:
        for camera, (colour, depth, info) in self._images.items():
            # Rendering is the cost of the simulation: nobody looks, nothing is drawn.
            if not (colour.get_subscription_count() or depth.get_subscription_count()):
                continue
            frame = self._sim.render(camera)
            optical = names.optical_frame(camera)
            colour.publish(conversions.to_image(frame.rgb, "rgb8", frame.stamp, optical))
            depth.publish(conversions.to_image(frame.depth, "32FC1", frame.stamp, optical))
            height, width = frame.depth.shape
            info.publish(conversions.to_camera_info(frame.intrinsics, width, height, frame.stamp, optical))

    def _look_after_goals(self) -> None:
        for server in self._servers:
            server.look()

    def _on_reset(self, request: ResetScene.Request, response: ResetScene.Response) -> ResetScene.Response:
        done: Future[None] = Future()
        self._resets.put((request.scene or self.value("scene"), int(request.seed), done))
        try:
            if self._thread is None or not self._thread.is_alive():
                self._do_resets()
            done.result(RESET_TIMEOUT_S)
        except (KeyError, ValueError, TimeoutError) as error:
            response.success, response.message = False, str(error.args[0] if error.args else "the simulation doesn't answer")
        else:
            response.success, response.message = True, f"{request.scene or self.value('scene')}, seed {request.seed}"
        return response

    def _do_resets(self) -> None:
        """On the thread that steps, publishes and draws, so that none of that meets a scene that is half made."""
        while not self._resets.empty():
            scene, seed, done = self._resets.get()
            try:
                with self._lock:
                    # Time goes on: nodes must not see it jump.
                    self._sim.reset(scene, seed, start_time=self._sim.time)
                    if self._log is not None:
                        self._log.clear()
            except Exception as error:
                done.set_exception(error)
            else:
                done.set_result(None)

    def _on_truth(self, request: GetTruth.Request, response: GetTruth.Response) -> GetTruth.Response:
        del request
        with self._lock:
            response.report = json.dumps(self._sim.truth.report())
        return response


def main() -> int:
    """Run the node."""
    carry_images()
    return run(lambda: Sim("sim"))


if __name__ == "__main__":
    raise SystemExit(main())
