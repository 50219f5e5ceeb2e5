"""The commands of the command line, one a file: its options, and its work, which are the functions
that the pages call too. Each returns what `--json` prints.

What is heavy is imported inside the functions: help and completion wait for none of it.
"""
