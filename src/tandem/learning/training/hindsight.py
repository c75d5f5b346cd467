"""Goals as demonstrations took them: which of several equally good turns was meant is known from what was done."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tandem.policy import grounding
from tandem.policy.vla import features

Array = NDArray[np.float64]
Index = NDArray[np.int64]


def with_goals_as_reached(rows: NDArray[np.float32], attempts: Index, tcp: Array) -> NDArray[np.float32]:
    """The grounding with the goals of objects that are put somewhere turned as the hands turned them; other goals are left out.

    Those of steps on the BusyBox stay as they are: there a goal is the object in its place.

    Hindsight relabelling: Andrychowicz et al., "Hindsight Experience Replay", NeurIPS 2017.

    Args:
        rows: shape (N, OBJECTS, WIDTH).
        attempts: which frames are of the same step, shape (N,), in order.
        tcp: of the measured joints in the world, shape (N, 2, 4, 4).
    """
    changed = rows.copy()
    holding = features.held(rows.astype(float)) > 0.5
    turns = features.object_poses(rows[:, :1].astype(float))[:, 0, :3, :3]
    edges = np.flatnonzero(np.diff(attempts, prepend=attempts[:1] - 1, append=attempts[-1:] + 1))
    for start, stop in pairwise(edges):
        if grounding.in_place(rows[start]):
            continue
        has_it: NDArray[np.bool_] = np.asarray(holding[start:stop, 0].any(axis=1))
        put = has_it.any() and not has_it[-1] and not holding[start:stop, grounding.TARGET].any()
        if not put or rows[start, grounding.GOAL, 0] < 0.5:
            changed[start:stop, grounding.GOAL] = 0.0
            continue
        let_go = start + int(np.flatnonzero(has_it)[-1])
        hand = int(holding[let_go, 0].argmax())
        carried = np.arange(start, let_go + 1)
        reached = tcp[let_go, hand, :3, :3] @ np.swapaxes(tcp[carried, hand, :3, :3], -1, -2) @ turns[carried]
        changed[carried, grounding.GOAL, grounding.TURN] = Rotation.from_matrix(reached).as_quat()
        changed[let_go + 1 : stop, grounding.GOAL, grounding.TURN] = Rotation.from_matrix(turns[let_go]).as_quat()
    return changed
