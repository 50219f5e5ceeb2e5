"""The cohort that a model learnt from is found by its fingerprint, and nowhere else."""

from dataclasses import replace

import pytest

from heart.bundle import load_bundle
from heart.data import load_shipped
from heart.data.cohort import Cohort
from heart.paths import SHIPPED_BUNDLE
from heart.ui.model_cohort import find_model_cohort
from heart.ui.session import Origin, Session


@pytest.fixture
def own(cleveland):
    """A file of a visitor's: half of Cleveland's patients under a name of its own."""
    return Cohort("mine", cleveland.frame.iloc[::2], "mine.csv", cleveland.report)


def using(bundle, cohort, **state):
    session = Session(**state)
    data = bundle.data._replace(cohort=cohort.name, fingerprint=cohort.fingerprint)
    session.use(replace(bundle, data=data), Origin.LOADED)
    return session


def test_the_shipped_model_learnt_from_the_shipped_table():
    session = Session()
    session.use(load_bundle(SHIPPED_BUNDLE), Origin.SHIPPED)
    assert find_model_cohort(session) is load_shipped("cleveland")


def test_a_visitors_own_cohort_is_found_where_it_is(bundle, own):
    assert find_model_cohort(using(bundle, own)) is None
    assert find_model_cohort(using(bundle, own, upload=own)) is own
    assert find_model_cohort(using(bundle, own, trained_on={own.fingerprint: own})) is own


def test_another_table_of_the_same_name_is_not_it(bundle, own, cleveland):
    renamed = Cohort("cleveland", own.frame, own.source, own.report)
    assert find_model_cohort(using(bundle, renamed)) is None
    assert find_model_cohort(using(bundle, renamed, upload=renamed)) is renamed
    assert find_model_cohort(using(bundle, own, upload=cleveland)) is None


def test_a_file_that_comes_later_is_found(bundle, own):
    session = using(bundle, own)
    assert find_model_cohort(session) is None
    session.upload = own
    assert find_model_cohort(session) is own
