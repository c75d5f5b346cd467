"""Whether a dataset is what it says: its schema, its numbers, its images, its hashes."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tandem.cell import names
from tandem.cell.limits import joint_limits
from tandem.learning.datasets import columns, features, layout
from tandem.learning.datasets.layout import NotADataset
from tandem.learning.datasets.reader import Dataset

_ARM_SLACK: Final = 0.01
_FINGER_SLACK: Final = 0.002
_TIME_SLACK: Final = 1e-4


def check(folder: Path, *, every_image: bool = True, tell: Callable[[str], None] = lambda what: None) -> list[str]:
    """All that is wrong with a dataset, in words; empty when nothing is.

    Args:
        folder: of the dataset.
        every_image: whether all images are decoded, or one of each episode and camera.
        tell: is told what is looked at.

    Raises:
        NotADataset: there is none.
    """
    tell("files")
    found = [*_hashes(folder), *_schema(folder)]
    if found:
        return found
    data = Dataset(folder)
    if not len(data):
        return ["it has no frames"]
    for what, look in (("frames", _counters), ("numbers", _numbers), ("episodes", _episodes), ("statistics", _statistics)):
        tell(what)
        found += look(data)
    if not found:
        tell("images")
        found += _images(data, every=every_image)
    return found


def _hashes(folder: Path) -> Iterator[str]:
    path = folder / layout.FILES
    if not path.is_file():
        return
    told = json.loads(path.read_text(encoding="utf-8"))
    files: dict[str, str] = told["files"]
    present = {str(file.relative_to(folder)) for file in layout.content_files(folder)}
    yield from (f"{name} is missing" for name in sorted(files.keys() - present))
    yield from (f"{name} was added later: {layout.FILES} does not know it" for name in sorted(present - files.keys()))
    for name in sorted(files.keys() & present):
        if layout.sha256(folder / name) != files[name]:
            yield f"{name} was changed: its sha256 is not the one in {layout.FILES}"
    if layout.hash_of(files) != told["hash"]:
        yield f"{layout.FILES}: the hash of all files does not follow from theirs"


def _schema(folder: Path) -> Iterator[str]:
    info = layout.read_info(folder)
    yield from (f"meta/info.json lacks the column {key}" for key in features.COUNTERS if key not in info.features)
    wanted = columns.schema(info.features)
    rows = layout.read_rows(folder)
    numbers = dict.fromkeys((int(row["data/chunk_index"]), int(row["data/file_index"])) for row in rows)
    frames = 0
    for chunk, file in numbers:
        path = folder / layout.DATA_PATH.format(chunk_index=chunk, file_index=file)
        try:
            there, count = pq.read_schema(path), pq.read_metadata(path).num_rows
        except (OSError, pa.ArrowInvalid) as error:
            yield f"{path.relative_to(folder)} can't be read: {error}"
            continue
        frames += count
        for key in wanted.names:
            if key not in there.names:
                yield f"{path.relative_to(folder)} lacks the column {key}"
            elif not there.field(key).type.equals(wanted.field(key).type):
                yield f"{path.relative_to(folder)}: {key} is {there.field(key).type}, expected {wanted.field(key).type}"
    if frames != info.frames:
        yield f"meta/info.json says {info.frames} frames, the files have {frames}"
    if len(rows) != info.episodes:
        yield f"meta/info.json says {info.episodes} episodes, meta/episodes has {len(rows)}"


def _counters(data: Dataset) -> Iterator[str]:
    lengths = np.diff(data.starts)
    episode = np.repeat(np.arange(len(lengths)), lengths)
    frame = np.arange(len(data)) - np.repeat(data.starts[:-1], lengths)
    expected = {"index": np.arange(len(data)), "episode_index": episode, "frame_index": frame}
    for key, values in expected.items():
        if not np.array_equal(data.column(key), values):
            yield f"{key} does not count as it should, first at frame {_first(data.column(key) != values)}"
    late = np.abs(data.column("timestamp") - frame / data.info.fps) > _TIME_SLACK
    if late.any():
        yield f"timestamp is not frame_index / {data.info.fps}, first at frame {_first(late)}"
    tasks = data.column("task_index")
    if len(tasks) and not (tasks.min() >= 0 and tasks.max() < len(data.tasks)):
        yield f"task_index goes from {tasks.min()} to {tasks.max()}; meta/tasks.parquet has {len(data.tasks)} tasks"


def _numbers(data: Dataset) -> Iterator[str]:
    for key in data.info.numbers:
        values = data.column(key)
        odd = ~np.isfinite(values)
        if odd.any():
            yield f"{key} is not finite, first at frame {_first(odd)}"
    limits = joint_limits()
    slack = np.full(names.DOF, _ARM_SLACK)
    slack[list(names.GRIPPER_COLUMN.values())] = _FINGER_SLACK
    for key in (features.STATE, features.ACTION):
        if data.info.features.get(key) != features.cell_features(16)[key]:
            continue
        beyond = (data.column(key) < limits.lower - slack) | (data.column(key) > limits.upper + slack)
        if beyond.any():
            frame, joint = (int(where[0]) for where in np.nonzero(beyond))
            yield f"{key} of {names.JOINTS[joint]} is {data.column(key)[frame, joint]:.4f} at frame {frame}, beyond its limit"
    if features.STEP_REMAINING in data.info.numbers and np.any(data.column(features.STEP_REMAINING) < 0):
        yield f"{features.STEP_REMAINING} is negative, first at frame {_first(data.column(features.STEP_REMAINING) < 0)}"


def _episodes(data: Dataset) -> Iterator[str]:
    if not data.lines:
        return
    if len(data.lines) != data.info.episodes:
        yield f"{layout.LINES} has {len(data.lines)} lines for {data.info.episodes} episodes"
        return
    steps = data.column(features.STEP_INDEX)
    for number, line in enumerate(data.lines):
        span = slice(int(data.starts[number]), int(data.starts[number + 1]))
        if line.get("episode_index") != number or line.get("length") != span.stop - span.start:
            yield f"{layout.LINES}, line {number + 1}, tells of another episode"
        told = line.get("steps", ())
        expected = np.full(span.stop - span.start, -1)
        for index, step in enumerate(told):
            expected[step["first_frame"] : step["end_frame"]] = index
        if told and not np.array_equal(steps[span], expected):
            yield f"episode {number}: its steps are not where {layout.LINES} says"


def _statistics(data: Dataset) -> Iterator[str]:
    told = data.stats
    yield from (f"meta/stats.json lacks {key}" for key in data.info.features if key not in told)
    for key, entry in data.compute_stats().items():
        for name, values in entry.items() if key in told else ():
            if name not in told[key] or not np.allclose(np.array(told[key][name]), np.array(values), rtol=1e-4, atol=1e-5):
                yield f"meta/stats.json: {name} of {key} is not that of its values"
                break


def _images(data: Dataset, *, every: bool) -> Iterator[str]:
    for camera in data.cameras:
        shape = data.info.features[features.image_key(camera)].shape
        for number in range(data.info.episodes):
            first, end = int(data.starts[number]), int(data.starts[number + 1])
            for index in range(first, end) if every else ((first + end) // 2,):
                wrong = _image(data, index, camera, shape)
                if wrong:
                    yield wrong
                    break


def _image(data: Dataset, index: int, camera: str, shape: tuple[int, ...]) -> str:
    try:
        image = data.image(index, camera)
    except (ValueError, IndexError, OSError) as error:
        return f"the image of {camera} at frame {index} can't be decoded: {error}"
    if image.shape != shape:
        return f"the image of {camera} at frame {index} has shape {image.shape}, expected {shape}"
    return "" if image.max() > image.min() else f"the image of {camera} at frame {index} is all one colour"


def _first(wrong: np.ndarray) -> int:
    return int(np.nonzero(wrong)[0][0])


__all__ = ["NotADataset", "check"]
