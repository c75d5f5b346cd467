"""A dataset's images at any frame: from its files of frames through a cache that can be mapped into memory, or from videos."""

import os
import tempfile
import threading
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tandem.learning.datasets import layout
from tandem.learning.datasets.images import Image, decode
from tandem.learning.datasets.layout import Info
from tandem.learning.datasets.video import FrameReader

CACHE: Final = ".cache"


class ImageFiles:
    """Images that stand among the frames: Parquet gives single rows slowly, a copy as an Arrow file gives them at once."""

    def __init__(self, folder: Path, files: list[Path], info: Info) -> None:
        self._folder, self._files, self._keys = folder, files, info.pictures
        counts = [pq.read_metadata(path).num_rows for path in files]
        self._starts = np.array([0, *np.cumsum(counts)], np.int64)
        self._tables: dict[int, pa.Table] = {}
        self._lock = threading.Lock()

    def read(self, index: int, key: str) -> Image:
        """A frame's image."""
        return decode(self.encoded(index, key))

    def encoded(self, index: int, key: str) -> bytes:
        """Likewise, as it is stored."""
        number = int(np.searchsorted(self._starts, index, side="right")) - 1
        with self._lock:
            if number not in self._tables:
                self._tables[number] = self._mapped(self._files[number])
        return bytes(self._tables[number].column(key)[index - int(self._starts[number])].as_py())

    def _mapped(self, path: Path) -> pa.Table:
        state = path.stat()
        name = f"{path.parent.name}-{path.stem}-{state.st_size}-{state.st_mtime_ns}.arrow"
        for folder in (self._folder / CACHE, Path(tempfile.gettempdir()) / f"tandem-images-{os.getuid()}"):
            copy = folder / name
            try:
                if not copy.exists():
                    folder.mkdir(parents=True, exist_ok=True)
                    self._copy(path, copy)
                return pa.ipc.open_file(pa.memory_map(str(copy))).read_all()
            except PermissionError:
                continue
        raise PermissionError(f"no place for a copy of {path}: neither {self._folder} nor {tempfile.gettempdir()} can be written")

    def _copy(self, path: Path, copy: Path) -> None:
        schema = pa.schema([(key, pa.binary()) for key in self._keys])
        source = pq.ParquetFile(path)
        temporary = copy.with_name(f"{copy.name}.{os.getpid()}.part")
        with pa.OSFile(str(temporary), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
            for group in range(source.num_row_groups):
                table = source.read_row_group(group, columns=list(self._keys))
                arrays = [table.column(key).combine_chunks().field("bytes") for key in self._keys]
                writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        os.replace(temporary, copy)


class VideoFiles:
    """Images that are kept as videos."""

    def __init__(self, folder: Path, rows: list[dict[str, Any]], info: Info) -> None:
        self._folder, self._rows, self._fps = folder, rows, info.fps
        self._starts = np.array([int(row["dataset_from_index"]) for row in rows], np.int64)
        self._open: dict[Path, FrameReader] = {}

    def read(self, index: int, key: str) -> Image:
        """A frame's image."""
        row = self._rows[int(np.searchsorted(self._starts, index, side="right")) - 1]
        chunk, file = row[f"videos/{key}/chunk_index"], row[f"videos/{key}/file_index"]
        path = self._folder / layout.VIDEO_PATH.format(video_key=key, chunk_index=chunk, file_index=file)
        if path not in self._open:
            self._open[path] = FrameReader(path, self._fps)
        first = round(float(row[f"videos/{key}/from_timestamp"]) * self._fps)
        return self._open[path].read(first + index - int(row["dataset_from_index"]))
