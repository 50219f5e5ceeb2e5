"""Processes beside this one that fork a child for each piece of work and can be stopped."""
