"""Action Chunking with Transformers, the baseline that the learned model is measured against."""
