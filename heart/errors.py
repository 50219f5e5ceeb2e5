"""The error family: every mistake a user can make is a `HeartError` with the same three parts."""

from __future__ import annotations


class HeartError(Exception):
    """A mistake a user can cause and mend.

    Args:
        expected: what would have been right.
        found: what was there instead.
        action: what to do about it.
    """

    def __init__(self, expected: str, found: str, action: str) -> None:
        super().__init__(f"Expected {expected}, but found {found}. {action}")
        self.expected = expected
        self.found = found
        self.action = action


class CohortError(HeartError, ValueError):
    """A table that cannot be read as a cohort."""


class PatientError(HeartError, ValueError):
    """A patient's value that cannot be used; `feature` names the column."""

    def __init__(self, expected: str, found: str, action: str, *, feature: str) -> None:
        super().__init__(expected, found, action)
        self.feature = feature


class SettingsError(HeartError, ValueError):
    """A setting outside its bounds."""


class SplitError(HeartError, ValueError):
    """A cohort too small or too one-sided to be split."""


class TrainingError(HeartError, RuntimeError):
    """A training that could not be finished."""


class BundleError(HeartError, ValueError):
    """A file that is not a valid bundle, or a bundle that cannot be written."""
