"""What each command of the command line does: the same functions that the pages call. Each returns
what `--json` prints.
"""
