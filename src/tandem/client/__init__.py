"""A running cell from a program of one's own: say what should happen, follow it, stop it.

from tandem.client import Cell

with Cell() as cell:
    print(cell.do("put the red cube in the blue bin").message)
"""

from tandem.client.cell import Cell, Feedback, Outcome, Task
from tandem.client.connection import CellClient, CellError

__all__ = ["Cell", "CellClient", "CellError", "Feedback", "Outcome", "Task"]
