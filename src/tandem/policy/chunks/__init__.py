"""Policies that answer with chunks: learned ones and remote ones, and what runs them."""
