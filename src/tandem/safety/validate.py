"""S5: chunks that are not what they should be are refused, in words."""

import numpy as np

from tandem.cell import names
from tandem.cell.chunk import ActionChunk
from tandem.safety.settings import ARM, filter_settings, ordinary_rates, staleness

_FARTHEST_OUT = 0.002
_LONGEST_STEP_S = 0.5


def refusal(chunk: ActionChunk, now: float) -> str:
    """Why a chunk is refused for what it is, in words; empty where nothing is wrong with it.

    Args:
        chunk: to be judged.
        now: the cell's time [s].
    """
    return _malformed(chunk) or _untimely(chunk, now) or _implausible(chunk)


def _malformed(chunk: ActionChunk) -> str:
    if tuple(chunk.joint_names) != names.JOINTS:
        wrong = next(
            (
                f"'{given}' where '{name}' belongs"
                for given, name in zip(chunk.joint_names, names.JOINTS, strict=False)
                if given != name
            ),
            f"{len(chunk.joint_names)} names instead of {names.DOF}",
        )
        return f"joint names are wrong: {wrong}"
    positions = np.asarray(chunk.positions)
    if positions.ndim != 2 or positions.shape[1] != names.DOF:
        return f"positions have shape {positions.shape}, expected (rows, {names.DOF})"
    if len(positions) < 2:
        return f"a chunk needs at least 2 rows, got {len(positions)}"
    if not np.issubdtype(positions.dtype, np.floating) or not np.isfinite(positions).all():
        return "a position is not a finite number"
    if not (np.isfinite(chunk.stamp) and np.isfinite(chunk.step_dt)):
        return "the time stamp or the step is not a finite number"
    if not 1e-3 <= chunk.step_dt <= _LONGEST_STEP_S:
        return f"the step between rows is {chunk.step_dt:g} s, expected 0.001 to {_LONGEST_STEP_S:g} s"
    return ""


def _untimely(chunk: ActionChunk, now: float) -> str:
    limit = staleness()
    age = now - chunk.stamp
    if age > limit.chunk:
        return f"its first row is {age:.2f} s old (limit {limit.chunk:.2f})"
    if -age > limit.chunk_future:
        return f"its first row is {-age:.2f} s in the future (limit {limit.chunk_future:.2f})"
    if chunk.stamp + chunk.duration <= now + filter_settings().splice_s:
        return "all its rows are in the past"
    return ""


def _implausible(chunk: ActionChunk) -> str:
    rates = ordinary_rates()
    outside = np.maximum(rates.lower - chunk.positions, chunk.positions - rates.upper)
    allowed = np.where(ARM, 2.0, _FARTHEST_OUT)
    if (outside > allowed).any():
        row, joint = np.unravel_index(np.argmax(outside - allowed), outside.shape)
        return f"row {row} asks {names.JOINTS[joint]} for {chunk.positions[row, joint]:.3f}, far outside its limits"
    jumps = np.abs(np.diff(chunk.positions, axis=0))
    most = np.where(ARM, filter_settings().jump_factor * rates.velocity * max(chunk.step_dt, 0.02), np.inf)
    if (jumps > most).any():
        row, joint = np.unravel_index(np.argmax(jumps - most), jumps.shape)
        return f"{names.JOINTS[joint]} jumps by {jumps[row, joint]:.2f} rad from row {row} to row {row + 1}"
    return ""
