"""The Patient page in a browser: what stands where, and what survives."""

import json

import pytest
from playwright.sync_api import expect

from heart.schema import FEATURES
from tests.support.accessibility import violations_of
from tests.support.browsing import (
    calculate_example,
    expect_copy,
    expect_no_sideways_scrolling,
    go_to,
    open_page,
)

BUTTON = ".st-key-patient_form button:has-text('Calculate')"
ANSWER = ".st-key-patient_answer"
FIELDS = ".st-key-patient_form :is(.stNumberInput, .stSelectbox)"

MARKS = f"{ANSWER} path[aria-roledescription=point]"


def box(page, selector):
    """Left, top, right and bottom in the window."""
    found = page.locator(selector).first.bounding_box()
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


@pytest.fixture(scope="module")
def answered(address, borrow_tab):
    """A visitor who has the example patient's answer."""
    with borrow_tab() as page:
        page.set_viewport_size({"width": 1440, "height": 900})
        open_page(page, address)
        calculate_example(page)
        expect(page.locator(MARKS)).to_have_count(100)
        yield page


def test_fields_button_and_answer_stand_on_the_first_screen(answered):
    answered.set_viewport_size({"width": 1440, "height": 900})
    fields = answered.locator(FIELDS)
    assert fields.count() == len(FEATURES)
    boxes = [entry.bounding_box() for entry in fields.all()]
    lowest = max(entry["y"] + entry["height"] for entry in boxes)
    _, top, _, bottom = box(answered, BUTTON)
    left, answer_top, right, answer_bottom = box(answered, ANSWER)
    assert answered.locator("[data-testid=stMain]").evaluate("main => main.scrollTop") == 0
    assert min(entry["y"] for entry in boxes) > 0
    assert lowest <= top < bottom <= 900
    assert 0 < answer_top < answer_bottom <= 900
    assert max(entry["x"] + entry["width"] for entry in boxes) <= left < right <= 1440


def test_picture_is_a_hundred_squares_as_wide_as_high(answered):
    seen = answered.locator(MARKS).evaluate_all(
        "marks => marks.map(mark => { const box = mark.getBoundingClientRect();"
        " return [box.x, box.y, mark.getAttribute('fill') !== 'transparent']; })"
    )
    columns, rows = ({round(mark[side], 1) for mark in seen} for side in (0, 1))
    assert (len(columns), len(rows)) == (10, 10)
    assert max(columns) - min(columns) == pytest.approx(max(rows) - min(rows), abs=1)
    of_100 = int(answered.get_by_test_id("stMetricValue").inner_text().removesuffix("%"))
    assert sum(is_filled for _, _, is_filled in seen) == of_100


def test_answer_stays_in_view_when_the_form_is_longer_than_the_window(answered):
    answered.set_viewport_size({"width": 1280, "height": 420})
    scroll_to_button(answered)
    _, top, _, bottom = box(answered, "[data-testid=stMetricValue]")
    assert 60 <= top < bottom < 420  # below the navigation


def test_what_is_wrong_stays_in_view_too(answered):
    answered.set_viewport_size({"width": 1280, "height": 420})
    age = answered.get_by_role("spinbutton", name="Age")
    age.fill("800")
    age.blur()
    expect(answered.locator(ANSWER)).to_contain_text("Found: 800")
    scroll_to_button(answered)
    _, top, _, _ = box(answered, f"{ANSWER} :text('That did not work')")
    _, _, _, bottom = box(answered, f"{ANSWER} :text('Found: 800')")
    assert 60 <= top < bottom < 420
    age.fill("80")
    age.blur()
    expect(answered.get_by_test_id("stMetricValue")).to_be_visible()


def scroll_to_button(page):
    page.locator(BUTTON).scroll_into_view_if_needed()
    assert page.locator("[data-testid=stMain]").evaluate("main => main.scrollTop") > 100


def test_on_a_phone_the_answer_follows_the_button_at_once(answered):
    answered.set_viewport_size({"width": 390, "height": 844})
    _, _, _, button_bottom = box(answered, BUTTON)
    left, answer_top, right, _ = box(answered, ANSWER)
    assert 0 <= answer_top - button_bottom < 50
    assert 0 <= left < right <= 390


def test_form_and_answer_outlive_a_reload_in_this_tab_alone(address, new_page):
    page = new_page()
    open_page(page, address)
    before = calculate_example(page)
    page.locator(".st-key-patient_units").get_by_text("mmol/l").click()
    expect(page.get_by_role("spinbutton", name="Serum cholesterol")).to_have_value("7.76")
    expect_copy(page, lambda copy: "mmol/l" in copy)
    page.reload()
    expect(page.get_by_role("spinbutton", name="Age")).to_have_value("80")
    expect(page.get_by_role("spinbutton", name="Serum cholesterol")).to_have_value("7.76")
    expect(page.get_by_test_id("stMetricValue")).to_have_text(before)
    assert page.url == f"{address}/"
    other = new_page()
    open_page(other, address)
    expect(other.get_by_text("Fill in the form and press")).to_be_visible()
    expect(other.get_by_role("spinbutton", name="Age")).to_have_value("")

    page.get_by_role("button", name="Clear all fields").click()
    expect(page.get_by_role("spinbutton", name="Age")).to_have_value("")
    expect(page.get_by_test_id("stMetricValue")).to_have_count(0)
    expect_copy(page, lambda copy: copy is None)
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.includes('heart'))") == []
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes('heart'))") == []
    page.reload()
    expect(page.get_by_text("Fill in the form and press")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Age")).to_have_value("")


def test_copy_that_somebody_has_changed_fills_what_fields_can_show(address, new_page):
    page = new_page()
    open_page(page, address)
    bad = {"shown": {"age": 61, "cp": "=1+1", "sex": 7, "chol": "x", "nobody": 1}, "units": "stone"}
    page.evaluate("text => sessionStorage.setItem('heart.patient', text)", json.dumps(bad))
    page.reload()
    expect(page.get_by_role("spinbutton", name="Age")).to_have_value("61")
    expect(page.get_by_role("spinbutton", name="Serum cholesterol")).to_have_value("")
    expect(page.get_by_role("radio", name="mg/dl")).to_be_checked()
    page.get_by_role("button", name="Calculate").click()
    expect(page.get_by_text("Not known (12 of 13)")).to_be_visible()


def test_what_was_typed_and_not_yet_calculated_survives_a_change_of_page(address, new_page):
    page = new_page()
    open_page(page, address)
    page.get_by_role("spinbutton", name="ST depression").click()
    page.keyboard.type("0,5")
    page.keyboard.press("Tab")
    expect(page.get_by_role("spinbutton", name="ST depression")).to_have_value("0.5")
    page.get_by_role("combobox", name="Thallium scan").click()
    page.get_by_role("option", name="fixed defect").click()
    idle = "data-test-script-state", "notRunning"
    expect(page.get_by_test_id("stApp")).to_have_attribute(*idle)
    go_to(page, "Cohort")
    go_to(page, "Patient")
    expect(page.get_by_role("spinbutton", name="ST depression")).to_have_value("0.5")
    expect(page.get_by_role("combobox", name="Thallium scan")).to_have_value("fixed defect")


def test_real_patient_is_guessed_before_the_outcome_is_unfolded(address, new_page):
    page = new_page()
    open_page(page, address)
    page.get_by_role("button", name="Guess a real patient").click()
    page.get_by_text("Patient B of Cleveland").click()
    expect(page.get_by_role("spinbutton", name="Age")).to_have_value("56")
    expect(page.get_by_text("What turned out")).to_have_count(0)
    page.get_by_role("button", name="Calculate").click()
    expect(page.get_by_text("What turned out")).to_be_visible()
    expect(page.get_by_text("angiography found a vessel")).not_to_be_visible()
    page.get_by_text("What turned out").click()
    expect(page.get_by_text("angiography found a vessel")).to_be_visible()


def test_compared_patients_belong_to_one_visitor_and_end_with_the_visit(
    address, answered, new_page
):
    page, other = answered, new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("tab", name="Compare").click()
    page.get_by_role("button", name="Add this patient").click()
    expect(page.get_by_role("table")).to_contain_text("Patient 1")
    page.get_by_role("spinbutton", name="Age").fill("40")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Add this patient").click()
    expect(page.get_by_role("table")).to_contain_text("≠ 40 years")
    assert violations_of(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    expect_no_sideways_scrolling(page)
    open_page(other, address)
    calculate_example(other)
    other.get_by_role("tab", name="Compare").click()
    expect(other.get_by_role("button", name="Add this patient")).to_be_enabled()
    expect(other.get_by_role("table")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("spinbutton", name="Age")).to_have_value("40")
    page.get_by_role("tab", name="Compare").click()
    expect(page.get_by_role("button", name="Add this patient")).to_be_enabled()
    expect(page.get_by_role("table")).to_have_count(0)
