"""RGB-D images to a Scene."""
