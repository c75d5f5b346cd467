"""A video of what happened, drawn afterwards from the recorded states."""

from collections.abc import Sequence
from pathlib import Path

import mujoco
import numpy as np

from tandem.learning.video import VideoWriter, caption, caption_height
from tandem.sim.cell_sim import CellSim
from tandem.sim.state_log import RecordedStates

Captions = Sequence[tuple[float, str]]
"""From when on [s] which words stand under the instruction."""

_LINES = 2


def render_replay(
    states: RecordedStates | str | Path,
    path: str | Path,
    instruction: str,
    captions: Captions = (),
    *,
    fps: float = 15.0,
    size: tuple[int, int] = (960, 540),
) -> None:
    """Draw a run from in front of the cell.

    Args:
        states: of the run, or the file that has them.
        path: of the MP4 file to write.
        instruction: stands in the caption bar all the time.
        captions: below it, with the time.
        fps: frames a second of simulated time.
        size: width and height of the picture without its bar [px].

    Raises:
        OSError: a file can't be read or written.
        ValueError: the states are of another scene than they say.
    """
    recorded = states if isinstance(states, RecordedStates) else RecordedStates.load(states)
    sim = CellSim()
    sim.reset(recorded.scene, recorded.seed)
    if recorded.positions.shape[1] != sim.cell.model.nq:
        raise ValueError(f"the states are not of a scene '{recorded.scene}', seed {recorded.seed}")
    width, height = size
    started = recorded.times[0]
    with VideoWriter(path, fps, (width, height + caption_height(_LINES))) as video:
        for time in np.arange(started, recorded.times[-1] + 1e-9, 1.0 / fps):
            index = min(int(np.searchsorted(recorded.times, time - 1e-9)), len(recorded.times) - 1)
            sim.data.qpos[:] = recorded.positions[index]
            mujoco.mj_forward(sim.cell.model, sim.data)
            words = f"{time - started:5.1f} s   {caption_at(captions, float(time))}"
            video.write(caption(sim.render_observer(width, height), [instruction, words]))
    sim.close()


def caption_at(captions: Captions, time: float) -> str:
    """The newest words at a time; empty before the first."""
    return next((words for since, words in reversed(captions) if since <= time), "")
