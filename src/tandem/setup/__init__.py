"""Makes a fresh machine ready, step by step and never twice. Standard library only: it runs before anything is installed."""
