"""The whole of learning as a workflow of somebody else's scheduler."""
