"""Sentences to plans, and plans to verified outcomes."""
