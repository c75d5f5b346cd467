"""Declaring a node's parameters in one place, with type, range and description."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.node import Node


@dataclass(frozen=True)
class Parameter:
    """One parameter. Its type is its default's; ``low`` and ``high`` bound a number; ``fixed`` ones can't change at run time."""

    name: str
    default: bool | int | float | str | list[str]
    description: str
    low: float | None = None
    high: float | None = None
    fixed: bool = True

    def descriptor(self) -> ParameterDescriptor:
        """The ROS description of it."""
        descriptor = ParameterDescriptor(name=self.name, description=self.description, read_only=self.fixed)
        if self.low is None or self.high is None:
            return descriptor
        if isinstance(self.default, int) and not isinstance(self.default, bool):
            descriptor.integer_range = [IntegerRange(from_value=int(self.low), to_value=int(self.high), step=0)]
        else:
            descriptor.floating_point_range = [
                FloatingPointRange(from_value=float(self.low), to_value=float(self.high), step=0.0)
            ]
        return descriptor


def declare(node: Node, parameters: Sequence[Parameter]) -> None:
    """Declare them; a value from outside its range or of another type is refused by rclpy with its name."""
    for parameter in parameters:
        if not node.has_parameter(parameter.name):
            node.declare_parameter(parameter.name, parameter.default, parameter.descriptor())


def value(node: Node, name: str) -> Any:
    """A parameter's present value."""
    return node.get_parameter(name).value
