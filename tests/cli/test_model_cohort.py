"""A command finds the cohort of a bundle, and says so where another one was named."""

import pytest

from heart.bundle import load_bundle
from heart.commands.inputs import CohortChoice
from heart.commands.model_cohort import find_model_cohort
from heart.data import load_shipped
from heart.errors import CohortError
from heart.paths import SHIPPED_BUNDLE


def named(name):
    return CohortChoice(name, dialect=None, leave_out_bad_rows=False, columns=None)


def test_a_shipped_cohort_need_not_be_named():
    shipped = load_bundle(SHIPPED_BUNDLE)
    assert find_model_cohort(shipped, None) is load_shipped("cleveland")
    assert find_model_cohort(shipped, named("cleveland")) is load_shipped("cleveland")


def test_another_cohort_is_refused():
    with pytest.raises(CohortError, match="another table: 'hungary'"):
        find_model_cohort(load_bundle(SHIPPED_BUNDLE), named("hungary"))
