"""Files that Gazebo and its bridge read, made for one cell."""

from collections.abc import Sequence
from pathlib import Path

import yaml


def mappings(folder: Path, parameter_files: Sequence[str], namespace: str = "", calibration: str = "") -> dict[str, str]:
    """The xacro arguments of the robot description for Gazebo.

    Args:
        folder: where the parameters of all controllers are written as one file, which the plugin reads.
        parameter_files: of the controllers.
        namespace, calibration: of the cell; empty for none.
    """
    merged: dict[str, object] = {}
    for file in parameter_files:
        merged |= yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    told = {"hardware": "gazebo", "controllers": str(_written(folder / f"controllers{_suffix(namespace)}.yaml", merged))}
    return told | ({"namespace": namespace} if namespace else {}) | ({"calibration": calibration} if calibration else {})


def bridge(folder: Path, template: Path, namespace: str = "") -> Path:
    """The bridge's configuration: Gazebo's topics have the namespace in front; time is told to everybody."""
    entries = yaml.safe_load(template.read_text(encoding="utf-8"))
    made = []
    for entry in entries:
        topic = entry["gz_topic_name"]
        if namespace and not topic.startswith("/"):
            entry = entry | {"gz_topic_name": f"{namespace}/{topic}"}
        made.append(entry)
        if namespace and entry["ros_topic_name"] == "clock":
            made.append(entry | {"ros_topic_name": "/clock"})  # of Gazebo's own controller manager
    return _written(folder / f"bridge{_suffix(namespace)}.yaml", made)


def _suffix(namespace: str) -> str:
    return f"_{namespace.replace('/', '_')}" if namespace else ""


def _written(file: Path, content: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return file
