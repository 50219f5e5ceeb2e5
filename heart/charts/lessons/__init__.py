"""Charts of the lessons; a file is called after its lesson."""
