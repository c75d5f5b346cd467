"""Tandem: physical AI for a two-arm robot cell on ROS 2."""

__version__ = "0.1.0"
