"""Policies: observation and step in, action chunks out."""
