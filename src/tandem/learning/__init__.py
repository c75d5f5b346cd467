"""Collection, training and evaluation."""
