"""How every page looks."""

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
