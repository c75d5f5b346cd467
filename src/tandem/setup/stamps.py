"""Stamps: a small file left beside what a stage made, that says from what it was made."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def digest_of(files: Iterable[Path], *facts: str) -> str:
    """One hash over the names and contents of ``files`` (in any order) and over ``facts``."""
    total = hashlib.sha256()
    for fact in facts:
        total.update(fact.encode() + b"\0")
    for file in sorted(files):
        total.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def read(stamp: Path) -> str:
    """What a stamp says; empty when there is none."""
    try:
        return stamp.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def write(stamp: Path, text: str) -> None:
    """Leave a stamp, whole or not at all."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    partial = stamp.with_name(f"{stamp.name}.{os.getpid()}")
    partial.write_text(f"{text}\n", encoding="utf-8")
    partial.replace(stamp)
