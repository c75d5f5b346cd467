"""The BusyBox as a learned policy is told of it: what a step works on, where that is to be, and what the hands know of it."""
