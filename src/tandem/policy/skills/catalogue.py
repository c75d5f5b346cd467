"""Which skill carries out which verb."""

from collections.abc import Callable

from tandem.cell.plan import Step
from tandem.policy.skills.actions import Skill
from tandem.policy.skills.box.flip import flip
from tandem.policy.skills.box.move import move, rotate
from tandem.policy.skills.box.plug import plug
from tandem.policy.skills.box.press import press
from tandem.policy.skills.box.pull import pull
from tandem.policy.skills.box.slide import slide
from tandem.policy.skills.box.turn import turn
from tandem.policy.skills.box.view import view
from tandem.policy.skills.give import give
from tandem.policy.skills.hand_over import hand_over
from tandem.policy.skills.insert import insert
from tandem.policy.skills.lift import lift
from tandem.policy.skills.move_hand import move_hand
from tandem.policy.skills.pick import pick
from tandem.policy.skills.place import place
from tandem.policy.skills.postures import close_hand, go_home, hold, open_hand
from tandem.policy.skills.situation import Situation

SKILLS: dict[str, Callable[[Situation, Step], Skill]] = {
    "pick": pick,
    "place": place,
    "hand_over": hand_over,
    "insert": insert,
    "lift": lift,
    "hold": hold,
    "give": give,
    "home": go_home,
    "open": open_hand,
    "close": close_hand,
    "press": press,
    "slide": slide,
    "flip": flip,
    "turn": turn,
    "pull": pull,
    "plug": plug,
    "move": move,
    "rotate": rotate,
    "view": view,
    "move_hand": move_hand,
}
"""By verb of the plan's steps."""
