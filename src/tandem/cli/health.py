"""What works on this machine, and what a lack costs."""

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from tandem.setup import rendering, system

State = Literal["works", "weak", "missing", "broken"]

CORES_WANTED = 2
MEMORY_WANTED_GB = 4.0
SHARED_MEMORY_WANTED_MB = 56
DISCOVERY_TIMEOUT_S = 5.0

_LIBRARIES = ("mujoco", "pinocchio", "coal", "ompl", "ruckig", "toppra", "daqp", "cv2", "scipy", "xacro", "av")
_OPTIONAL_MODULES = {
    "launch": ("launch", "no `ros2 launch`; `tandem up` brings the same node graph up"),
    "MoveIt (moveit_py)": ("moveit", "motions are planned by OMPL, Pinocchio and Coal"),
    "cv_bridge": ("cv_bridge", "images are converted by our own code, which agrees with it"),
    "tf_transformations": ("tf_transformations", "rotations are converted by our own code, which agrees with it"),
    "tf2_ros": ("tf2_ros", "no transform tree for other nodes to ask; our own kinematics do not need it"),
    "controller_manager": ("controller_manager", "no real robots; the simulated cell stands in for ros2_control"),
    "torch": ("torch", "no learned policies until a verb that needs it installs it; the skills need none"),
}


@dataclass(frozen=True)
class Finding:
    """One line of the report.

    Attributes:
        name: what was looked at.
        state: ``weak`` works with a cost, ``missing`` is not there, ``broken`` is there and fails.
        detail: what was found.
        cost: what its lack means for the user; empty when it works.
        basic: whether nothing goes without it.
    """

    name: str
    state: State
    detail: str
    cost: str = ""
    basic: bool = False


def examine() -> Iterator[Finding]:
    """All findings, the basic ones first."""
    yield _python()
    yield from (_guarded(name, check) for name, check in _BASICS.items())
    yield from (_optional(name, module, cost) for name, (module, cost) in _OPTIONAL_MODULES.items())
    yield from (_graphics_card(), _cores(), _memory(), _shared_memory())


def _guarded(name: str, check: Callable[[], str]) -> Finding:
    """A basic check, which tells what it found or raises."""
    try:
        return Finding(name, "works", check(), basic=True)
    except Exception as error:  # Whatever goes wrong in there is the finding.
        return Finding(name, "broken", f"{type(error).__name__}: {error}", "nothing runs without it", basic=True)


def _python() -> Finding:
    return Finding("Python", "works", platform.python_version(), basic=True)


def _ros() -> str:
    import rclpy

    distribution = os.environ.get("ROS_DISTRO")
    source = f"{distribution}, of this machine" if distribution else "jazzy, from Python packages"
    return f"{source}; {rclpy.get_rmw_implementation_identifier()}"


def _interfaces() -> str:
    from control_msgs.action import FollowJointTrajectory
    from tandem_cell.action import ExecuteInstruction
    from tf2_msgs.msg import TFMessage

    return ", ".join(
        sorted({kind.__module__.partition(".")[0] for kind in (FollowJointTrajectory, ExecuteInstruction, TFMessage)})
    )


def _libraries() -> str:
    lacking = [name for name in _LIBRARIES if find_spec(name) is None]
    if lacking:
        raise ModuleNotFoundError(f"not installed: {', '.join(lacking)}")
    return f"{len(_LIBRARIES)} found"


def _rendering() -> str:
    backend = os.environ.get("MUJOCO_GL", "")
    candidates = (backend,) if backend else rendering.RENDERERS
    for candidate in candidates:
        if rendering.works(candidate, Path(sys.executable), os.environ):
            return candidate
    packages = f"{' '.join(system.EGL_PACKAGES)}, or {' '.join(system.OSMESA_PACKAGES)}"
    raise RuntimeError(f"MuJoCo draws with none of {', '.join(candidates)}; install {packages}")


def _messages() -> str:
    """A message from one participant to another on this machine: sockets, ports, discovery."""
    import rclpy
    from std_msgs.msg import String

    topic = f"tandem_doctor_{os.getpid()}"
    heard: list[String] = []
    contexts = [rclpy.Context(), rclpy.Context()]
    for context in contexts:
        rclpy.init(context=context)
    try:
        speaker, listener = (
            rclpy.create_node(f"tandem_doctor_{role}", context=context)
            for role, context in zip(("speaker", "listener"), contexts, strict=True)
        )
        listener.create_subscription(String, topic, heard.append, 10)
        publisher = speaker.create_publisher(String, topic, 10)
        executor = rclpy.executors.SingleThreadedExecutor(context=contexts[1])
        executor.add_node(listener)
        began = time.monotonic()
        while not heard:
            if time.monotonic() - began > DISCOVERY_TIMEOUT_S:
                raise TimeoutError(
                    f"two nodes did not find each other within {DISCOVERY_TIMEOUT_S:.0f} s; is a firewall in the way?"
                )
            publisher.publish(String(data="heard"))
            executor.spin_once(timeout_sec=0.02)
        taken = time.monotonic() - began
    finally:
        for context in contexts:
            context.try_shutdown()
    domain = os.environ.get("ROS_DOMAIN_ID") or "0"
    reach = os.environ.get("ROS_AUTOMATIC_DISCOVERY_RANGE", "SUBNET")
    return f"heard after {taken:.1f} s (domain {domain}, range {reach})"


_BASICS: dict[str, Callable[[], str]] = {
    "ROS 2": _ros,
    "interfaces": _interfaces,
    "libraries": _libraries,
    "rendering": _rendering,
    "messages between nodes": _messages,
}


def _optional(name: str, module: str, cost: str) -> Finding:
    try:
        spec = find_spec(module)
    except (ImportError, ValueError) as error:
        return Finding(name, "broken", str(error), cost)
    if spec is None or spec.origin is None:  # A folder of that name without a package in it is none.
        return Finding(name, "missing", "", cost)
    return Finding(name, "works", str(Path(spec.origin).parent))


def _graphics_card() -> Finding:
    program = shutil.which("nvidia-smi")
    if program is not None:
        query = [program, "--query-gpu=name,memory.total", "--format=csv,noheader"]
        done = subprocess.run(query, capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.strip():
            return Finding("graphics card", "works", done.stdout.strip().replace("\n", "; "))
    return Finding("graphics card", "missing", "", "pictures are drawn and models run by the processor, several times slower")


def _cores() -> Finding:
    count = len(os.sched_getaffinity(0))
    weak = count < CORES_WANTED
    return Finding("processor cores", "weak" if weak else "works", str(count), "slower than real time" if weak else "")


def _memory() -> Finding:
    facts = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="utf-8").splitlines())
    total, free = (float(facts[name].split()[0]) / 2**20 for name in ("MemTotal", "MemAvailable"))
    weak = free < MEMORY_WANTED_GB
    cost = f"a cell takes about {MEMORY_WANTED_GB:.0f} GB: nodes may be killed" if weak else ""
    return Finding("memory", "weak" if weak else "works", f"{free:.1f} of {total:.1f} GB free", cost)


def _shared_memory() -> Finding:
    try:
        free = shutil.disk_usage("/dev/shm").free / 2**20
    except OSError:
        return Finding("shared memory", "missing", "no /dev/shm", "images travel through the network stack and many are lost")
    weak = free < SHARED_MEMORY_WANTED_MB
    cost = f"images need about {SHARED_MEMORY_WANTED_MB} MB, else many are lost (a container takes --shm-size)" if weak else ""
    return Finding("shared memory", "weak" if weak else "works", f"{free:.0f} MB free", cost)
