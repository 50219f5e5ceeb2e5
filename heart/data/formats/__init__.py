"""A file's bytes become columns of text, whatever container they came in."""
