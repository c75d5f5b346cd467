"""Where cameras are mounted, from images of a board: hand-eye calibration."""
