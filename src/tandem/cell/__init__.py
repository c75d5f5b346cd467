"""What the cell is: its names, description, robot model, and the data that the other rooms exchange."""
