"""Objects on the table, as perception would give them."""

from tandem.cell import props
from tandem.cell.pose import Pose
from tandem.cell.scene import SceneObject


def standing(name: str, x: float, y: float, yaw: float = 0.0, bottom: float = 0.0, **changes: str) -> SceneObject:
    """An upright cube, bin or tray; its name ends with its category."""
    colour, _, category = name.rpartition("_")
    size = props.default_size(category)
    pose = Pose.from_xyz_rpy((x, y, bottom + size[2] / 2), (0.0, 0.0, yaw))
    return SceneObject(name, category, colour, pose, size, on=changes.get("on", "table"), inside=changes.get("inside", ""))
