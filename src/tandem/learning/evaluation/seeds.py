"""Seeds of episodes: the same for the same base seed and task, whatever else is run and in which order."""

import hashlib


def episode_seed(base: int, task: str, index: int, attempt: int = 0) -> int:
    """Seed of the ``index``-th episode of a task, 0 to 2^31 - 1; ``attempt`` counts scenes that turned out unsuitable."""
    digest = hashlib.blake2b(f"{base}/{task}/{index}/{attempt}".encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") & 0x7FFFFFFF
