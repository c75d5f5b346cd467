"""What there is to see, and what is missing, in words."""

from tandem.cell.busybox.parts import BOX_CATEGORIES, PART_CATEGORIES
from tandem.cell.names import SIDES
from tandem.cell.scene import SceneObject
from tandem.language.busybox.vocabulary import WHOLE
from tandem.language.syntax import Filter, NounPhrase
from tandem.language.words import in_words, listing, relation_in_words
from tandem.language.world import World


def noun_of(phrase: NounPhrase) -> str:
    """What a description calls the thing."""
    return {"one": "object", "thing": "object", "": phrase.unknown}.get(phrase.category, phrase.category)


def seen(world: World, category: str = "") -> str:
    """What there is, in words; of the BusyBox's parts only those of a category that is spoken of."""
    parts = [in_words(item.name) for item in world.scene if item.category == category in PART_CATEGORIES]
    names = parts or [in_words(item.name) for item in world.scene if is_whole(item)]
    return f"I see {listing(names, 'and')}" if names else "I see nothing on the table"


def is_whole(item: SceneObject) -> bool:
    """Whether it is a thing of its own, and not a part of the BusyBox."""
    return item.category not in BOX_CATEGORIES or item.category == WHOLE


def missing(narrowing: Filter, noun: str) -> str:
    """Why nothing is left."""
    match narrowing.kind:
        case "relation" if narrowing.phrase is not None:
            where = "in or on" if narrowing.value == "at" else relation_in_words(narrowing.value)
            return f"no such {noun} is {where} {narrowing.phrase.text}"
        case "held":
            return f"no such {noun} is in {'the ' + narrowing.value if narrowing.value in SIDES else 'a'} hand"
        case "other":
            return f"there is no other {noun}"
        case "same" | "recent":
            return f"no such {noun} has been spoken of"
        case "matching":
            return f"there is no {noun} of that colour"
        case "state":
            return f"no such {noun} is {'at ' * narrowing.value.isdigit()}{narrowing.value}"
        case "part":
            return f"the box has no such {noun}"
    return f"there is no {narrowing.kind} {noun}"
