"""Made-up demonstrations: a hand goes straight over a cube and down to it. Real kinematics, no simulator."""

import numpy as np

from tandem.cell import names
from tandem.cell.plan import Step
from tandem.cell.pose import Pose
from tandem.cell.robot import RobotModel, home_positions
from tandem.cell.scene import Scene, SceneObject
from tandem.learning.training.passages import Frames
from tandem.policy import grounding
from tandem.policy.vla.following import follow
from tandem.policy.vla.poses import tcp_poses

LENGTH = 24
HELD = 3

STILL = {
    "aside_share": 0.0,
    "fingers_share": 0.0,
    "seen_wrong_m": 0.0,
    "no_grounding": 0.0,
    "hidden_object": 0.0,
    "displaced_share": 0.0,
}
"""Nothing is changed at random but for what a test asks for."""


def reaching(episodes: int, seed: int = 0) -> Frames:
    """Episodes of `LENGTH` frames of going to a cube, and `HELD` more at rest there."""
    rng, robot = np.random.default_rng(seed), RobotModel()
    home = home_positions()
    start = tcp_poses(robot, home)
    state, action, table, episode, remaining = [], [], [], [], []
    for number in range(episodes):
        place = np.array([rng.uniform(0.38, 0.5), rng.uniform(0.0, 0.2), 0.02])
        cube = SceneObject("red_cube", "cube", "red", Pose(tuple(place)), (0.04, 0.04, 0.04), on="table")
        row = grounding.table(Scene(0.0, (cube,)), Step("pick", "left", "red_cube"), 0.0)
        share = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, LENGTH + 1))
        targets = np.tile(start, (LENGTH + 1, 1, 1, 1))
        targets[:, 0, :3, 3] += share[:, None] * (place + np.array([0.0, 0.0, 0.1]) - start[0, :3, 3])
        joints = follow(robot, targets, home, 0.1)
        joints = np.concatenate([joints, np.tile(joints[-1], (HELD, 1))])
        count = len(joints) - 1
        state.append(joints[:-1])
        action.append(joints[1:])
        table.append(np.tile(row, (count, 1, 1)))
        episode.append(np.full(count, number))
        remaining.append(np.maximum(0.1 * (LENGTH - np.arange(count)), 0.0))
    total = sum(map(len, state))
    return Frames(
        state=np.concatenate(state).astype(np.float32),
        action=np.concatenate(action).astype(np.float32),
        wrench=np.zeros((total, 12), np.float32),
        tactile=np.zeros((total, 2, 2, 8, 4, 3), np.float32),
        grounding=np.concatenate(table),
        episode=np.concatenate(episode),
        step=np.zeros(total, np.int64),
        task=np.zeros(total, np.int64),
        remaining=np.concatenate(remaining).astype(np.float32),
        mistake=np.zeros(total, bool),
        picture=np.arange(total),
    )


def arm(joints: np.ndarray) -> np.ndarray:
    """Columns of the left arm."""
    return np.asarray(joints[..., names.ARM_COLUMNS["left"]])
