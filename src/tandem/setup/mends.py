"""Mends the CMake exports of the ROS wheels: they name folders of the machine that they were built on."""

import re
from pathlib import Path

_FOREIGN_PREFIX = rb"/opt/python/cp3\d+-cp3\d+t?"
_FOREIGN_NUMPY = re.compile(_FOREIGN_PREFIX + rb"/lib/python3\.\d+t?/site-packages/numpy/(?:_core|core)/include")
_FOREIGN_PYTHON = re.compile(_FOREIGN_PREFIX + rb"/include/python3\.\d+t?")
_FOREIGN_ANY = re.compile(_FOREIGN_PREFIX)


def mended(text: bytes, prefix: Path, python_include: Path, numpy_include: Path) -> bytes:
    """``text`` with the three kinds of foreign folder replaced by this machine's."""
    text = _FOREIGN_NUMPY.sub(lambda _: bytes(numpy_include), text)
    text = _FOREIGN_PYTHON.sub(lambda _: bytes(python_include), text)
    return _FOREIGN_ANY.sub(lambda _: bytes(prefix), text)


def mend_prefix(prefix: Path, python_include: Path, numpy_include: Path) -> int:
    """Mend every CMake export and index entry under ``prefix``/share; returns how many files were changed."""
    share = prefix / "share"
    changed = 0
    for file in [*share.glob("*/cmake/*.cmake"), *share.glob("ament_index/resource_index/parent_prefix_path/*")]:
        before = file.read_bytes()
        after = mended(before, prefix, python_include, numpy_include)
        if after != before:
            file.write_bytes(after)
            changed += 1
    return changed
