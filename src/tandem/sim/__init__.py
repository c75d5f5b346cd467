"""The MuJoCo cell and its props."""
