"""How every page looks, and what Tab comes to."""

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import violations_of
from tests.support.browsing import (
    PAGES,
    calculate_example,
    expect_no_sideways_scrolling,
    go_to,
    open_page,
)
from tests.support.tabbing import MARK, walk


@pytest.fixture(scope="module")
def walker(address, borrow_tab):
    """A visitor who walks from page to page. Colours change at once and need not be waited for."""
    with borrow_tab() as page:
        page.set_viewport_size({"width": 1280, "height": 900})
        open_page(page, address)
        page.add_style_tag(content="* { transition: none !important }")
        yield page


@pytest.fixture(scope="module", params=PAGES)
def visited(walker, request):
    """The walker, on one of the pages, after another."""
    walker.set_viewport_size({"width": 1280, "height": 900})
    go_to(walker, PAGES[request.param])
    if not request.param:
        calculate_example(walker)
    return walker


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_has_no_accessibility_violation(visited, scheme):
    visited.emulate_media(color_scheme=scheme)
    expect(visited.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
    assert violations_of(visited) == []


def test_narrow_window_needs_no_sideways_scrolling(visited):
    visited.set_viewport_size({"width": 390, "height": 900})
    expect_no_sideways_scrolling(visited)


def test_page_begins_right_below_the_navigation_and_not_under_it(visited):
    first = visited.get_by_text("Model in use:").or_(visited.get_by_role("heading", level=1)).first
    for width in (1280, 390):
        visited.set_viewport_size({"width": width, "height": 900})
        header = visited.get_by_test_id("stHeader").bounding_box()
        empty = first.bounding_box()["y"] - header["y"] - header["height"]
        assert 0 <= empty < 40


@pytest.mark.parametrize("path", ["", "threshold"])
def test_tab_stops_once_at_everything_and_at_a_help_mark_after_its_field(walker, path):
    walker.set_viewport_size({"width": 1280, "height": 900})
    go_to(walker, PAGES[path])
    expect(walker.get_by_test_id("stSkeleton")).to_have_count(0)  # what is still to be fetched
    for chart in walker.get_by_test_id("stVegaLiteChart").all():  # drawn when it comes into view
        chart.scroll_into_view_if_needed()
        expect(chart.locator("canvas, svg.marks")).to_be_visible()
    walked = walk(walker)
    assert walked.missed == []
    assert walked.is_ordered
    marks = [mark.get_attribute("aria-label") for mark in walker.locator(f"{MARK}:visible").all()]
    assert [stop.name for stop in walked.there if stop.is_mark] == marks
    assert all(a.mark == b.mark for a, b in pairwise(walked.there) if b.is_mark)
    assert walked.back == walked.there[::-1]
    expect(walker.get_by_role("tooltip")).to_have_count(0)


def test_tab_keeps_its_order_where_a_value_it_leaves_draws_the_page_anew(walker):
    go_to(walker, PAGES["threshold"])
    cost = walker.get_by_role("spinbutton", name="Cost of a missed patient, in false alarms")
    mark = walker.get_by_role("button", name="Help for Cost of a missed patient, in false alarms")
    cost.fill("4")
    walker.keyboard.press("Tab")
    expect(walker.get_by_text("Threshold 20\u00a0%")).to_be_visible()
    expect(mark).to_be_focused()
    walker.keyboard.press("Tab")
    expect(walker.get_by_role("radio", name="Expected cost")).to_be_focused()
    walker.keyboard.press("Shift+Tab")
    expect(mark).to_be_focused()
    walker.keyboard.press("Shift+Tab")
    expect(cost).to_be_focused()
