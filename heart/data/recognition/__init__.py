"""Which reading a file is in, and why; and what known patients put right."""
