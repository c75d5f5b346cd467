"""The BusyBox in images: where it is, which module is where, what state its parts are in."""
