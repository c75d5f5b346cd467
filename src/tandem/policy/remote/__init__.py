"""Models behind a network: asked as a client, and Tandem's own served to others. Nothing here is ever unpickled."""
