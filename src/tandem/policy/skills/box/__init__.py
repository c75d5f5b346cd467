"""Skills for the BusyBox: one file for each kind of part, and what they share."""
