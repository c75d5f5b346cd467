"""The scene as MoveIt takes it: collision objects, what hands hold, and contacts that are allowed."""

from collections.abc import Iterable
from itertools import combinations

from moveit_msgs.msg import AttachedCollisionObject, CollisionObject
from shape_msgs.msg import SolidPrimitive

from tandem.cell import contacts, names
from tandem.cell.chunk import ContactPair
from tandem.cell.collision import with_its_carrier
from tandem.cell.pose import Pose
from tandem.cell.props import primitives
from tandem.cell.relations import TABLE
from tandem.cell.scene import Scene, SceneObject
from tandem.nodes import conversions


def free_objects(scene: Scene) -> list[CollisionObject]:
    """What stands or lies around, by its name, in the world."""
    return [_object(item, names.WORLD_FRAME, item.pose) for item in _carried(scene) if not _in_hand(item)]


def attached_objects(scene: Scene) -> list[AttachedCollisionObject]:
    """What hands hold, and what is in that: fixed to the grasp centre of the hand, or of the left one of two."""
    attached = []
    for item in _carried(scene):
        if not _in_hand(item) or item.pose_in_tcp is None:
            continue
        link = names.TCP_FRAME["right" if item.held_by == "right" else "left"]
        holding = names.SIDES if item.held_by == "both" else (item.held_by,)
        touching = sorted(link for side in holding for link in contacts.bodies_of(f"{side}_gripper"))
        attached.append(
            AttachedCollisionObject(link_name=link, object=_object(item, link, item.pose_in_tcp), touch_links=touching)
        )
    return attached


def allowed_pairs(scene: Scene, allowed: Iterable[ContactPair]) -> list[ContactPair]:
    """Pairs of single bodies that may touch: those given, what stands on the table, and things that the same hand holds."""
    items = _carried(scene)
    held = [item for item in items if _in_hand(item)]
    pairs = set(contacts.expand(allowed))
    pairs |= {frozenset((item.name, TABLE)) for item in items if item not in held}
    pairs |= {frozenset((a.name, b.name)) for a, b in combinations(held, 2) if a.held_by == b.held_by}
    return [(first, second) for first, second in (sorted(pair) for pair in pairs if len(pair) > 1)]


def _carried(scene: Scene) -> list[SceneObject]:
    """What is solid: a module of the BusyBox, for one, is a part of the box."""
    return [with_its_carrier(item, scene) for item in scene if primitives(item.category, item.size)]


def _in_hand(item: SceneObject) -> bool:
    return bool(item.held_by) and item.pose_in_tcp is not None


def _object(item: SceneObject, frame: str, pose: Pose) -> CollisionObject:
    made = CollisionObject(id=item.name, pose=conversions.to_pose(pose), operation=CollisionObject.ADD)
    made.header.frame_id = frame
    for place, size in primitives(item.category, item.size):
        made.primitives.append(SolidPrimitive(type=SolidPrimitive.BOX, dimensions=[float(value) for value in size]))
        made.primitive_poses.append(conversions.to_pose(place))
    return made
