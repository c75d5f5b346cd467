"""Goals to trajectories: the planner protocol, and OMPL behind it."""
