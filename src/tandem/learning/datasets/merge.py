"""Several datasets of the same columns as one."""

from collections.abc import Sequence
from pathlib import Path

from tandem.learning.datasets.episode import Episode
from tandem.learning.datasets.features import COUNTERS, image_key
from tandem.learning.datasets.images import encode
from tandem.learning.datasets.layout import INFO, NotADataset
from tandem.learning.datasets.reader import Dataset
from tandem.learning.datasets.writer import DatasetWriter


def merge(folders: Sequence[Path], out: Path) -> int:
    """Write all episodes of some datasets, one dataset after the other, into a new one; returns how many there are.

    Raises:
        NotADataset: one isn't one, has other columns than the first, or the new one's folder is taken.
    """
    if (out / INFO).is_file():
        raise NotADataset(f"{out} has a dataset already: choose another folder")
    sources = [Dataset(folder) for folder in folders]
    features = {key: feature for key, feature in sources[0].info.features.items() if key not in COUNTERS}
    for source in sources[1:]:
        if source.info.features != sources[0].info.features:
            raise NotADataset(f"{source.folder} has other columns than {sources[0].folder}")
    with DatasetWriter(out, features) as writer:
        for source in sources:
            for number in range(source.info.episodes):
                writer.add(read_episode(source, number))
        return len(writer.lines)


def read_episode(data: Dataset, number: int) -> Episode:
    """One episode of a dataset, as it was before it became part of it; images from videos are encoded anew."""
    first, end = int(data.starts[number]), int(data.starts[number + 1])
    numbers = {key: data.column(key)[first:end] for key in data.info.numbers if key not in COUNTERS}
    images = {}
    for camera in data.cameras:
        as_stored = data.encoded if not data.info.has_video else lambda index, name: encode(data.image(index, name), 98)
        images[image_key(camera)] = [as_stored(index, camera) for index in range(first, end)]
    texts = tuple(data.text(index) for index in range(first, end))
    return Episode(numbers, images, texts, dict(data.lines[number]) if data.lines else {})
