"""Orders that only prepare the next one, such as ``pick up all cubes`` before ``put them in the bin``."""

from tandem.language.busybox.vocabulary import ROLE_OF
from tandem.language.syntax import Action


def is_operated_next(action: Action, following: Action | None) -> bool:
    """Whether it is a part of the BusyBox, of which the next order says what becomes of it: ``grab the knob and turn it``."""
    return (
        following is not None
        and following.verb in ROLE_OF
        and all(p.kind in ("it", "them") for p in following.objects)
        and any(phrase.category in (ROLE_OF[following.verb], "one", "box") for phrase in action.objects)
    )


def is_put_next(following: Action | None) -> bool:
    """Whether the next order says where what was picked up goes, so that it can be done one by one."""
    return following is not None and following.verb in ("put", "gap") and all(p.kind in ("it", "them") for p in following.objects)
