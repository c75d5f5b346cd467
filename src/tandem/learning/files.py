"""Files of a folder as data, to be sent from one machine to another."""

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Files:
    """Contents by path within the folder."""

    contents: dict[str, bytes] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.contents)

    @classmethod
    def pack(cls, folder: Path) -> "Files":
        """All files of a folder and of those in it."""
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        return cls({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})

    def unpack(self, folder: Path) -> None:
        """Write them into a folder.

        Raises:
            ValueError: a path leads out of it.
        """
        for name, content in self.contents.items():
            if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
                raise ValueError(f"'{name}' leads out of the folder")
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
