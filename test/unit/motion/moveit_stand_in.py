"""A program in the place of MoveIt's process; a module of its own, since the process must be able to import it."""

import os
import time
from multiprocessing.connection import Connection

import numpy as np

from tandem.nodes.moveit.jobs import Failed, Job, Look, Search, World


def serve(pipe: Connection, namespace: str, mappings: dict[str, str]) -> None:
    """Answers as MoveIt's process does. What it shall do with a search stands in the name of the planner."""
    assert namespace == "cell_1"
    assert mappings == {"hardware": "mock"}
    world: World | None = None
    pipe.send(None)
    while True:
        try:
            job: Job = pipe.recv()
        except EOFError:
            return
        if isinstance(job, World):
            world = job
            pipe.send(None)
        elif isinstance(job, Look):
            pipe.send(len(world.allowed) if world else Failed("no world was told"))
        elif isinstance(job, Search) and job.planner == "dies":
            os._exit(11)
        elif isinstance(job, Search) and job.planner == "hangs":
            time.sleep(60)
        else:
            middle = (job.start + job.goals[0]) / 2
            pipe.send(np.stack([job.start, middle, job.goals[0]]))
