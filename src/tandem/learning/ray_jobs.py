"""Jobs over a Ray cluster, for machines that have the same checkout and environment; the package is optional."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")

_RETRIES = 3
_ENVIRONMENT = ("MUJOCO_GL", "LD_LIBRARY_PATH", "PYTHONPATH", "AMENT_PREFIX_PATH", "_ROS_WHEELS_BOOTSTRAP_COMPLETE")
"""What a worker needs of the environment that this program was started with."""


class NoRay(RuntimeError):
    """The package isn't installed, or there is no cluster at the address; the message says what to do."""


def run_ray_jobs(
    function: Callable[[Job], Result], jobs: Sequence[Job], workers: int, address: str
) -> Iterator[tuple[Job, Result]]:
    """Results as they come. A job whose worker died is done again, a few times.

    Args:
        function: of a module.
        jobs: its arguments, each hashable.
        workers: actors, each with one core; 0 for as many as the cluster has.
        address: of the cluster, as ``ray start --head`` prints it; ``local`` to begin one on this machine.

    Raises:
        NoRay: there is no Ray, or no cluster.
        RuntimeError: workers die again and again.
    """
    ray = _connected(address)
    try:
        count = workers or int(ray.cluster_resources().get("CPU", 1))
        environment = {"OMP_NUM_THREADS": "1"} | {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
        actor = ray.remote(_Worker).options(num_cpus=1, runtime_env={"env_vars": environment})
        yield from _share(ray, actor, function, list(jobs), min(count, len(jobs)))
    finally:
        ray.shutdown()


class _Worker:
    """Keeps what a job sets up for the next one."""

    def run(self, function: Callable[[Any], Any], job: Any) -> Any:
        return function(job)


def _share(ray: Any, actor: Any, function: Callable[[Job], Result], jobs: list[Job], count: int) -> Iterator[tuple[Job, Result]]:
    tries: dict[Job, int] = dict.fromkeys(jobs, 0)
    waiting = list(reversed(jobs))
    running: dict[Any, tuple[Any, Job]] = {}

    def give(worker: Any) -> None:
        if waiting:
            job = waiting.pop()
            running[worker.run.remote(function, job)] = (worker, job)

    for _ in range(count):
        give(actor.remote())
    while running:
        (done, *_), _ = ray.wait(list(running), num_returns=1)
        worker, job = running.pop(done)
        try:
            result = ray.get(done)
        except ray.exceptions.RayActorError as error:
            tries[job] += 1
            if tries[job] > _RETRIES:
                raise RuntimeError(f"the workers die: {error}") from error
            waiting.append(job)
            give(actor.remote())
            continue
        give(worker)
        yield job, result


def _connected(address: str) -> Any:
    try:
        import ray
    except ImportError as error:
        raise NoRay(
            "Ray isn't installed; in the checkout: .venv/bin/pip install -c requirements/constraints.txt -r requirements/ray.txt"
        ) from error
    try:
        ray.init(
            address=None if address == "local" else address,
            log_to_driver=False,
            include_dashboard=False if address == "local" else None,
        )
    except (ConnectionError, ValueError) as error:
        raise NoRay(f"there is no Ray cluster at {address}: {error}") from error
    return ray
