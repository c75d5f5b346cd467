"""Jobs on a Ray cluster: the source goes with them, packages and data must be there."""

import importlib
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

from tandem.cell import paths
from tandem.learning import ray_worker
from tandem.learning.provenance import SOURCE, git_state

Job = TypeVar("Job")
Result = TypeVar("Result")
Message = TypeVar("Message")

LOCAL = "local"
"""The address that stands for a cluster of this machine alone, started for the run and ended with it."""

_LEFT_OUT = (".git", ".venv", "build", "install", "log", "runs", "data", "docs", "test", "**/__pycache__", ".*_cache")
"""Of the checkout; what nodes need is in src/, config/ and urdf/."""

_ENVIRONMENT = ("MUJOCO_GL", "LD_LIBRARY_PATH", "AMENT_PREFIX_PATH", "_ROS_WHEELS_BOOTSTRAP_COMPLETE")
"""What a worker needs of the environment that this program was started with."""

_RETRIES = 3


class NoRay(RuntimeError):
    """The cluster can't be used; the message says why, and what to do."""


class _Ray(Protocol):
    """What is used of the package ``ray``, which need not be installed."""

    def __getattr__(self, name: str) -> Any: ...


@contextmanager
def cluster(address: str) -> Iterator[_Ray]:
    """A connection to a cluster.

    Args:
        address: as `ray.init` takes it: ``auto``, ``host:6379``, ``ray://host:10001``; or ``local``.

    Raises:
        NoRay: Ray isn't installed, or nothing answers there.
    """
    ray = _package()
    variables = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONSAFEPATH": "1", SOURCE: git_state()}
    variables |= {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    # Where a node has the same folders, what is found here is found there.
    variables["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    environment = {
        "working_dir": str(paths.share()),
        "excludes": list(_LEFT_OUT),
        "env_vars": variables,
    }
    quiet = {"log_to_driver": False, "logging_level": "warning"}
    # One machine is its own network: nothing is to be found from elsewhere.
    alone = {"num_cpus": len(os.sched_getaffinity(0)), "include_dashboard": False} if address == LOCAL else {}
    try:
        ray.init(address=address, runtime_env=environment, **quiet, **alone)
    except Exception as error:
        raise NoRay(f"no Ray cluster at '{address}': {_first_line(error)}") from error
    try:
        ray.cloudpickle.register_pickle_by_value(ray_worker)
        yield ray
    finally:
        ray.shutdown()


def run_ray_jobs(
    function: Callable[[Job], Result], jobs: Sequence[Job], workers: int, address: str
) -> Iterator[tuple[Job, Result]]:
    """Results as they come; jobs whose node is lost run elsewhere a few times. Each takes one core.

    Args:
        function: of a module of Tandem.
        jobs: its arguments.
        workers: at most so many at a time; 0 for as many as the cluster has cores.
        address: see `cluster`.

    Raises:
        NoRay: there is none, or its nodes can't run the job.
    """
    with cluster(address) as ray:
        cores = int(ray.cluster_resources().get("CPU", 0))
        if not cores:
            raise NoRay(f"the Ray cluster at '{address}' has no cores")
        remote = ray.remote(num_cpus=1, max_retries=_RETRIES)(ray_worker.work)
        left = list(reversed(jobs))
        running: dict[Any, Job] = {}
        try:
            while left or running:
                while left and len(running) < (workers or cores):
                    job = left.pop()
                    running[remote.remote(pickle.dumps((function, job)))] = job
                done, _ = ray.wait(list(running), num_returns=1)
                for reference in done:
                    packed = _got(ray, reference)
                    yield running.pop(reference), pickle.loads(packed)
        finally:
            for reference in running:
                ray.cancel(reference, force=True)


def run_long_on_ray(
    function: Callable[[Job, Callable[[Message], None]], Result],
    job: Job,
    address: str,
    on_message: Callable[[Message], None],
) -> Result:
    """One job that tells how it gets on, on a node with a graphics card if the cluster has any, else on one core.

    Raises:
        NoRay: there is none, or its nodes can't run the job.
    """
    with cluster(address) as ray:
        cards = 1 if ray.cluster_resources().get("GPU", 0) >= 1 else 0
        remote = ray.remote(num_cpus=1, num_gpus=cards, num_returns="streaming", max_retries=0)(ray_worker.stream)
        for reference in remote.remote(pickle.dumps((function, job))):
            kind, message = pickle.loads(_got(ray, reference))
            if kind == "done":
                result: Result = message
                return result
            on_message(message)
    raise NoRay("the job ended without a result: look at the cluster's log of that worker")


def _package() -> _Ray:
    try:
        ray: _Ray = importlib.import_module("ray")
    except ImportError as error:
        raise NoRay("Ray is not installed: ./tandem installs it with --ray, or pip installs requirements/ray.txt") from error
    return ray


def _got(ray: _Ray, reference: Any) -> bytes:
    """A result; the job's own errors are raised as they were, except for a package that a node lacks."""
    try:
        packed: bytes = ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        cause = error.cause if isinstance(error.cause, Exception) else error
        if isinstance(cause, ImportError):
            raise NoRay(
                f"a node can't run it: {_first_line(cause)}. Start Ray on each node with the Python of a Tandem that is set up "
                "there, or in an image that has its packages"
            ) from error
        raise cause from error
    except (ray.exceptions.RuntimeEnvSetupError, ray.exceptions.WorkerCrashedError, ray.exceptions.RayActorError) as error:
        raise NoRay(f"the cluster can't run it: {_first_line(error)}") from error
    return packed


def _first_line(error: BaseException) -> str:
    return next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
