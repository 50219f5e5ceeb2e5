"""Every page: from a cold server by its own URL, and how it looks."""

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import violations_of
from tests.support.browsing import (
    PAGES,
    calculate_example,
    expect_no_sideways_scrolling,
    expect_page,
    go_to,
    open_page,
)


def test_cold_server_opens_every_page_by_its_own_url_for_three_visitors_at_once(
    start_server, new_page, tmp_path
):
    with start_server(tmp_path / "log.txt") as address:
        visitors = [new_page() for _ in range(3)]
        paths = list(PAGES)
        for three in (paths[:3], paths[3:6], paths[6:]):
            for path, page in zip(three, visitors, strict=True):
                page.goto(f"{address}/{path}", wait_until="commit")
            for path, page in zip(three, visitors, strict=True):
                expect_page(page, path)
                for title in PAGES.values():
                    expect(page.get_by_role("link", name=title)).to_be_visible()
                expect(page.get_by_text("Page not found")).to_have_count(0)


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
