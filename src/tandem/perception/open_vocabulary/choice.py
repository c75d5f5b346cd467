"""Which models look for named things, as parameters name them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tandem.perception.open_vocabulary.finder import Finder
from tandem.perception.open_vocabulary.models import Box, ModelError
from tandem.perception.open_vocabulary.phrases import checked


@dataclass(frozen=True)
class FinderSettings:
    """What looks for things.

    Attributes:
        detector: folder or name on the hub; empty for none.
        segmenter: the same; empty to take what stands out of the table in a box.
        phrases: what is looked for.
        threshold: scores below it are left out.
        period: least time between two images that are looked at [s].
        device: of torch; empty for the first GPU where there is one, else the CPU.
        threads: that the models may use on a CPU.
    """

    detector: str
    segmenter: str = ""
    phrases: Sequence[str] = ()
    threshold: float = 0.2
    period: float = 1.0
    device: str = ""
    threads: int = 1


def make_finder(wanted: FinderSettings, background: bool) -> Finder | None:
    """The models, loaded and tried on an empty image; None where none is wanted.

    Raises:
        ValueError: something isn't said, or makes no sense.
        ModelError: the models can't be loaded, or don't work.
    """
    if not wanted.detector:
        if wanted.segmenter:
            raise ValueError("a segmenter alone finds nothing: name a detector as well")
        return None
    phrases = checked(wanted.phrases)
    try:
        import torch
        import transformers  # noqa: F401
    except ImportError as error:
        how = ".venv/bin/pip install -r requirements/vla.txt -c requirements/constraints.txt"
        raise ModelError(f"a detector needs torch and transformers: {how} ({error})") from error
    from tandem.perception.open_vocabulary.detector import ZeroShotDetector
    from tandem.perception.open_vocabulary.segmenter import SamSegmenter

    torch.set_num_threads(wanted.threads)
    detector = ZeroShotDetector.load(wanted.detector, wanted.threshold, wanted.device)
    segmenter = SamSegmenter.load(wanted.segmenter, wanted.device) if wanted.segmenter else None
    empty = np.zeros((480, 640, 3), np.uint8)
    try:
        detector.detect(empty, phrases)
        if segmenter is not None:
            segmenter.segment(empty, [Box(phrases[0], 1.0, 8.0, 8.0, 40.0, 40.0)])
    except Exception as error:  # whatever a model raises
        raise ModelError(f"the models were loaded, but don't work: {error}") from error
    return Finder(detector, segmenter, phrases, wanted.period, background)
