"""The command: a verb a file."""
