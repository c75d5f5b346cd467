"""How well the cell does what it is told: suites of tasks, judged by the simulator's truth."""
