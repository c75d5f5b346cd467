"""A server of the test's model in a process of its own: ``python serve_reach.py PORT GOAL...`` with 14 numbers."""

import sys

import numpy as np
from chunk_models import ReachModel

from tandem.policy.remote import contract
from tandem.policy.remote.serving import ChunkServer

if __name__ == "__main__":
    goal = np.array([float(word) for word in sys.argv[2:]])
    model = ReachModel(goal, speed=0.3, name="served")
    ChunkServer(model, contract.load("openpi_tandem"), port=int(sys.argv[1])).run()
