"""A patient's report in Chromium: downloaded where it is offered, printed on one page."""

import re
from datetime import UTC, datetime

import pytest
from drive import calculate, fill_example
from playwright.sync_api import expect

from heart.bundle import load_bundle
from heart.data.patients import canonical_patient
from heart.experiments.run import split_of
from heart.experiments.stored import find_stored
from heart.explain.cases import gather_cases, recalibrate_unseen
from heart.explain.prevalence import go_elsewhere
from heart.explain.report import Subject, make_report
from heart.explain.report_page import to_html
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT
from heart.scoring.patient import predict_patient
from tests.support.accessibility import violations_of

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def pages_of(pdf):
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.fixture(scope="module")
def fullest():
    """The subject with most to say: everything at hand, from elsewhere, much unknown, unusual."""
    bundle = load_bundle(SHIPPED_BUNDLE)
    predictions = find_stored(bundle)
    patient = canonical_patient({"age": 92, "trestbps": 250, "chol": 600, "thalach": 50})
    return Subject(
        bundle,
        patient,
        predict_patient(bundle, patient),
        gather_cases(bundle, split_of(bundle), predictions),
        recalibrate_unseen(bundle, predictions),
        go_elsewhere(bundle, 0.1),
    )


def test_fullest_report_is_printed_on_one_page(new_page, fullest):
    page = new_page()
    page.set_content(to_html(make_report(fullest, made_at=NOON)))
    assert pages_of(page.pdf(prefer_css_page_size=True)) == 1
    assert violations_of(page) == []


def test_report_fits_a_phone(new_page, fullest):
    page = new_page(width=390)
    page.set_content(to_html(make_report(fullest, made_at=NOON)))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_report_of_the_answer_on_the_screen_is_downloaded(new_page, address):
    page = new_page()
    page.goto(address)
    fill_example(page)
    calculate(page)
    button = page.get_by_role("button", name="Download a report")
    with page.expect_download() as download:
        button.click()
    html = download.value.path().read_text()
    bundle = load_bundle(SHIPPED_BUNDLE)
    prediction = predict_patient(bundle, EXAMPLE_PATIENT)
    assert f'<div class="number">{100 * prediction.probability:.0f}\u00a0%' in html
    assert "300 mg/dl" in html
    assert "patients fell into this zone" in html
    assert re.search(r"<span>\d{4}-\d\d-\d\d \d\d:\d\d [^<]+</span>", html)
    expect(page.get_by_text("Decision:").first).to_be_visible()
