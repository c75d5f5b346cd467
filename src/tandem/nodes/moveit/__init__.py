"""MoveIt 2 behind the planner protocol: in a process of its own, since moveit_py holds Python's lock while it plans."""
