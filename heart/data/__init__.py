"""A file becomes a `Cohort`, with a report of what was found, and a cohort becomes a split."""

from heart.data.cohort import Cohort, combine_cohorts
from heart.data.read import Patients, read_cohort, read_patients
from heart.data.report import CohortReport
from heart.data.shipped import SHIPPED, load_shipped
from heart.data.split import Split, split_cohort

__all__ = [
    "SHIPPED",
    "Cohort",
    "CohortReport",
    "Patients",
    "Split",
    "combine_cohorts",
    "load_shipped",
    "read_cohort",
    "read_patients",
    "split_cohort",
]
