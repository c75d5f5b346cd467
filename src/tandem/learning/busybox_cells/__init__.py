"""Trains the network that reads the BusyBox's cells: ``python -m tandem.learning.busybox_cells``."""
