"""The cell as another simulator's file. A program of its own: launch files run in ROS's Python, which has no MuJoCo."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from tandem.sim import mjcf, sdf


def main(arguments: Sequence[str] | None = None) -> int:
    """Write it, and print its path."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["mjcf", "sdf"], help="the whole cell for mujoco_ros2_control; a scene for Gazebo")
    parser.add_argument("--scene", default="tabletop", help="what stands on the table")
    parser.add_argument("--seed", type=int, default=0, help="of the scene")
    parser.add_argument("--folder", type=Path, help="where to; ~/.cache/tandem by default")
    told = parser.parse_args(arguments)
    folder = told.folder or Path.home() / ".cache" / "tandem" / ("mjcf" if told.kind == "mjcf" else "gazebo")
    write = mjcf.written if told.kind == "mjcf" else sdf.written
    try:
        print(write(folder, told.scene, told.seed))
    except (KeyError, ValueError, OSError) as error:
        parser.error(str(error.args[0] if isinstance(error, KeyError) else error))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
