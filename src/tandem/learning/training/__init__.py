"""From a dataset to a checkpoint."""
