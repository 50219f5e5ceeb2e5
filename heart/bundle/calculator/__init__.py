"""A bundle as one HTML file that calculates offline: form, answer and why, for a recipient without
Python.
"""

from heart.bundle.calculator.file import check_size, export_calculator

__all__ = ["check_size", "export_calculator"]
