"""What evaluations say, for people and for gates: pages, comparisons, sensitivities."""
