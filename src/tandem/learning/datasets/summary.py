"""What a dataset holds, in figures."""

from collections import Counter
from typing import Any

import numpy as np

from tandem.learning.datasets import features, layout
from tandem.learning.datasets.reader import Dataset


def summary(data: Dataset) -> dict[str, Any]:
    """Totals, and the same by task."""
    lengths = np.diff(data.starts)
    files = layout.content_files(data.folder)
    mistakes = data.column(features.IS_MISTAKE) if features.IS_MISTAKE in data.info.numbers else np.zeros(len(data), bool)
    return {
        "schema": "tandem.dataset_info/1",
        "folder": str(data.folder),
        "hash": data.hash,
        "robot": data.info.robot,
        "fps": data.info.fps,
        "episodes": data.info.episodes,
        "frames": len(data),
        "minutes": round(len(data) / data.info.fps / 60, 2),
        "megabytes": round(sum(path.stat().st_size for path in files) / 2**20, 1),
        "texts": len(data.tasks),
        "mistake_frames": int(mistakes.sum()),
        "features": {key: feature.as_json() for key, feature in data.info.features.items()},
        "tasks": _tasks(data, lengths),
        "settings": sorted({f"{line['policy']} at {line['git']}" for line in data.lines if "git" in line}),
    }


def _tasks(data: Dataset, lengths: np.ndarray) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for line, length in zip(data.lines, lengths, strict=True):
        entry = found.setdefault(line.get("task", ""), {"episodes": 0, "frames": 0, "mistakes": 0, "variants": Counter()})
        entry["episodes"] += 1
        entry["frames"] += int(length)
        entry["mistakes"] += len(line.get("mistakes") or ())
        entry["variants"][" ".join((line.get("variant") or {}).values())] += 1
    return {name: entry | {"variants": dict(entry["variants"].most_common())} for name, entry in found.items()}
