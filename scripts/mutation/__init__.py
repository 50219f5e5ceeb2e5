"""Mutants: how they are made, which tests run them, and how they are tried."""
