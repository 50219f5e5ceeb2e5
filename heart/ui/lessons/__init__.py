"""The lessons on the screen; a file is called after its lesson."""
