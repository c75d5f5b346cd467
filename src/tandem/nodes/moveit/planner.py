"""The planner that searches with MoveIt, see `tandem.motion.protocol`.

What it answers is free by MoveIt's collision checking and by Tandem's own; inverse kinematics, margins and timing are those of
the embedded planner. The executor certifies it once more.
"""

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tandem.cell.chunk import ContactPair
from tandem.cell.collision import CollisionModel
from tandem.cell.robot import RobotModel
from tandem.motion.failure import PlanFailure
from tandem.motion.path import corners
from tandem.motion.protocol import PlanError, PlanRequest
from tandem.motion.sampling_planner import SamplingPlanner
from tandem.motion.search import shortened
from tandem.motion.searcher import Query
from tandem.nodes.moveit.jobs import Failed, Job, Look, Search, World

Array = NDArray[np.float64]

START_S = 30.0
"""MoveIt loads its plugins and the robot within this time [s]."""

_ANSWER_S = 5.0
"""Anything but a search is answered within this time [s], and a search within this much more than it was given."""

_EARLIER_S = 0.1
"""MoveIt gives up a search so much before its time is over [s]: one that must be stopped costs its process."""

_POLL_S = 0.02


Serve = Callable[[Connection, str, dict[str, str]], None]


def _serve_moveit(pipe: Connection, namespace: str, mappings: dict[str, str]) -> None:
    """In the new process, where alone MoveIt is loaded."""
    from tandem.nodes.moveit.worker import serve

    serve(pipe, namespace, mappings)


class MoveItSearcher:
    """See `tandem.motion.searcher.Searcher`. Starts MoveIt's process when it is first needed, and anew when it is lost or ended.

    Args:
        namespace: of MoveIt's node.
        mappings: xacro arguments of the robot description.
        pipeline, planner: MoveIt's, such as ``ompl`` and ``RRTConnect``.
        serve: what the process runs, as `tandem.nodes.moveit.worker.serve` does.
    """

    def __init__(
        self,
        namespace: str = "",
        mappings: Mapping[str, str] | None = None,
        pipeline: str = "ompl",
        planner: str = "RRTConnect",
        serve: Serve | None = None,
    ) -> None:
        self._serve = serve or _serve_moveit
        self._namespace, self._mappings = namespace, dict(mappings or {})
        self._pipeline, self._planner = pipeline, planner
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._up = False
        self._world: World | None = None

    def start(self) -> None:
        """Start MoveIt's process, and wait for it.

        Raises:
            PlanFailure: it doesn't come up.
        """
        self._begin()
        self._await_start()

    def close(self) -> None:
        """End MoveIt's process."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.join(timeout=2.0)
        self._kill()

    def set_world(self, request: PlanRequest, touching: Sequence[ContactPair]) -> None:
        """See `Searcher.set_world`."""
        self._world = World(request.scene, (*request.allowed_contacts, *touching))
        self._tell_world()

    def first_hit(self, postures: Array) -> int | None:
        """See `Searcher.first_hit`."""
        found = self._ask(Look(postures))
        return None if found is None else int(found)

    def search(self, query: Query) -> Array | None:
        """See `Searcher.search`. MoveIt has a world and seeds of its own; told to stop, its process is ended.

        Its path is shortened here, where margins are kept: MoveIt's own short cuts lead as near to things as can be.
        """
        own = max(query.seconds - _EARLIER_S, _EARLIER_S)
        job = Search(query.start, query.goals, query.sides, self._pipeline, self._planner, own)
        path = self._ask(job, query.seconds + _ANSWER_S, query.stop)
        return None if path is None else shortened(corners(np.asarray(path)), query)

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        told = (theirs, self._namespace, self._mappings)
        self._process = context.Process(target=self._serve, args=told, daemon=True)
        self._process.start()
        self._up = False
        theirs.close()

    def _await_start(self) -> None:
        """A process that has just begun, knowing what there is."""
        self._await(START_S, lambda: False)
        self._up = True
        if self._world is not None:
            self._ask(self._world)

    def _tell_world(self) -> None:
        if self._process is None or not self._process.is_alive():
            self._kill()
            self._begin()
        if not self._up:
            self._await_start()
        elif self._world is not None:
            self._ask(self._world)

    def _ask(self, job: Job, seconds: float = _ANSWER_S, stop: Callable[[], bool] = lambda: False) -> Any:
        if not self._up:  # it was ended in the middle of a search
            self._tell_world()
        assert self._pipe is not None
        try:
            self._pipe.send(job)
        except OSError as error:
            raise self._lost() from error
        return self._await(seconds, stop)

    def _await(self, seconds: float, stop: Callable[[], bool]) -> Any:
        """The answer; None where told to stop before it came."""
        assert self._pipe is not None
        for _ in range(int(seconds / _POLL_S)):
            if self._pipe.poll(_POLL_S):
                break
            if stop():
                self._kill()
                self._begin()  # ready when it is needed next
                return None
        else:
            self._kill()
            raise PlanFailure(PlanError.TIMED_OUT, f"MoveIt has not answered for {seconds:.0f} s; its process was ended")
        try:
            answer = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise self._lost() from error
        if isinstance(answer, Failed):
            raise PlanFailure(PlanError.NO_PATH, answer.reason)
        return answer

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None
        self._up = False

    def _lost(self) -> PlanFailure:
        if self._process is not None:
            self._process.join(timeout=1.0)
        code = self._process.exitcode if self._process is not None else None
        self._kill()
        return PlanFailure(PlanError.NO_PATH, f"MoveIt's process was lost (exit code {code}); its log says why")


class MoveItPlanner(SamplingPlanner):
    """Plans for one or both arms by MoveIt. Not safe to share between threads, but for ``cancel``."""

    def __init__(
        self, searcher: MoveItSearcher | None = None, robot: RobotModel | None = None, model: CollisionModel | None = None
    ) -> None:
        super().__init__(searcher or MoveItSearcher(), robot, model)
