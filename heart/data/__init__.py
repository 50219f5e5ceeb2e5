"""A file becomes a `Cohort`, with a report of what was found, and a cohort becomes a split."""

from heart.data.canonical import CohortReport
from heart.data.cohort import Cohort, read_cohort
from heart.data.shipped import SHIPPED, load_shipped
from heart.data.split import Split, split_cohort

__all__ = ["SHIPPED", "Cohort", "CohortReport", "Split", "load_shipped", "read_cohort", "split_cohort"]
