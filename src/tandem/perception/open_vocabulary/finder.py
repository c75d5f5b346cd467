"""Looks for named things at its own pace, beside an estimator that doesn't wait for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from threading import Thread
from time import perf_counter

from tandem.perception.follow import Image
from tandem.perception.open_vocabulary.lifting import box_mask, lift
from tandem.perception.open_vocabulary.models import Box, Detector, Segmenter
from tandem.perception.open_vocabulary.phrases import category_of, checked
from tandem.perception.settings import PerceptionSettings, perception_settings
from tandem.perception.shapes import Detection
from tandem.perception.view import Mask


@dataclass(frozen=True)
class Finding:
    """What was found in the image of a time [s], and how long that took [s]; ``error`` says why nothing could be."""

    stamp: float
    things: tuple[Detection, ...] = ()
    took: float = 0.0
    error: str = ""


class Finder:
    """A detector, and a segmenter where there is one. To be called from one thread; the models run in another, or in the same.

    Args:
        detector: finds boxes.
        segmenter: tells what is the thing in a box; without one that is what stands out there.
        phrases: what is looked for.
        period: least time from one image to the next one that is looked at [s].
        background: run the models in a thread; ``take`` gives later what ``look`` began.
        settings: of perception.

    Raises:
        ValueError: the phrases make no sense.
    """

    def __init__(
        self,
        detector: Detector,
        segmenter: Segmenter | None,
        phrases: Sequence[str],
        period: float = 0.0,
        background: bool = False,
        settings: PerceptionSettings | None = None,
    ) -> None:
        self._detector, self._segmenter, self._phrases = detector, segmenter, checked(phrases)
        self._period, self._background, self._settings = period, background, settings or perception_settings()
        self._work: Thread | None = None
        self._result: tuple[int, Finding] | None = None
        self._asked = 0
        self.newest: Finding | None = None
        self.forget()

    def forget(self) -> None:
        """What is being looked for now was before a reset, and will not be told."""
        self._asked += 1
        self._not_before = -inf

    def look(self, image: Image) -> None:
        """Look at an image of the overhead camera, unless another one is being looked at, or it is too soon."""
        if self._result is not None or (self._work is not None and self._work.is_alive()) or image.stamp < self._not_before:
            return
        self._not_before = image.stamp + self._period
        if self._background:
            self._work = Thread(target=self._run, args=(image, self._asked), name="detector", daemon=True)
            self._work.start()
        else:
            self._run(image, self._asked)

    def take(self) -> Finding | None:
        """What was found, once; None when there is nothing new."""
        told, self._result = self._result, None
        if told is None:
            return None
        asked, finding = told
        if asked != self._asked:
            return None
        if finding.error:
            self._not_before = max(self._not_before, finding.stamp + self._settings.named.rest_after_error)
        self.newest = finding
        return finding

    def _run(self, image: Image, asked: int) -> None:
        began = perf_counter()
        try:
            things = self._find(image)
            finding = Finding(image.stamp, tuple(things), perf_counter() - began)
        except Exception as error:  # whatever a model raises, perception goes on without it
            finding = Finding(image.stamp, (), perf_counter() - began, str(error) or repr(error))
        self._result = asked, finding

    def _find(self, image: Image) -> list[Detection]:
        rgb = image.view.frame.rgb
        boxes = self._detector.detect(rgb, self._phrases)
        if self._segmenter is not None:
            masks = list(self._segmenter.segment(rgb, boxes))
        else:
            masks = [box_mask(box, image.view.valid.shape) for box in boxes]
        lifted = [self._lift(box, mask, image) for box, mask in zip(boxes, masks, strict=True)]
        return [thing for thing in lifted if thing is not None]

    def _lift(self, box: Box, mask: Mask, image: Image) -> Detection | None:
        exact = self._segmenter is not None
        return lift(mask, category_of(box.phrase), box.score, image, self._settings, exact)
