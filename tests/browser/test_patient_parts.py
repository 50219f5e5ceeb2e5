"""The parts below the Patient page's answer, each opened on a phone in the dark."""

import pytest
from playwright.sync_api import expect

from heart.ui.patient_parts import PARTS
from tests.support.accessibility import violations_of
from tests.support.browsing import calculate_example, expect_no_sideways_scrolling, open_page


@pytest.fixture(scope="module")
def answered(address, borrow_tab):
    """A visitor with a phone who has the example patient's answer."""
    with borrow_tab() as page:
        page.set_viewport_size({"width": 390, "height": 844})
        page.emulate_media(color_scheme="dark")
        open_page(page, address)
        calculate_example(page)
        yield page


@pytest.mark.parametrize("title", [part.title for part in PARTS])
def test_part_is_read_by_anybody_on_a_phone(answered, title):
    answered.get_by_role("tab", name=title, exact=True).click()
    panel = answered.get_by_role("tabpanel", name=title, exact=True)
    expect(panel.locator("p:visible").first).to_be_visible()
    expect(answered.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning"
    )
    folded = panel.locator("details:not([open]) > summary")
    for left in reversed(range(folded.count())):
        folded.first.click()
        expect(folded).to_have_count(left)
    expect(answered.get_by_test_id("stApp")).to_have_attribute(
        "data-test-script-state", "notRunning"
    )
    expect_no_sideways_scrolling(answered)
    assert violations_of(answered) == []
