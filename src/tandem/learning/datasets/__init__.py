"""Demonstrations on disk: LeRobot datasets, version 3.0."""
