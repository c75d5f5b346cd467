"""Demonstrations by a policy in the simulated cell."""
