"""The Learn group: one walk through all lessons, and settings that travel in the URL."""

import pytest
from playwright.sync_api import expect

from heart.lessons import LESSONS as BY_NAME
from tests.support.accessibility import violations_of
from tests.support.browsing import expect_no_sideways_scrolling, expect_page, open_page

LESSONS = list(BY_NAME.values())

PATIENCE_MS = 90_000
"""The trainings of a lesson show progress; on a busy machine they take a while."""

CODE = "[data-testid=stCode]"
"""Streamlit's own colours of code are not ours to choose."""
CHARTS = "[data-testid=stVegaLiteChart] svg, [data-testid=stVegaLiteChart] canvas"


def wait_for_lesson(page, lesson):
    expect(page.get_by_role("heading", name=lesson.title, exact=True, level=1)).to_be_visible(
        timeout=PATIENCE_MS
    )
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def newcomer(address, borrow_tab):
    """A visitor who opens the Learn page, to walk from there through all lessons."""
    with borrow_tab() as page:
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 900})
        open_page(page, address, "learn")
        yield page


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.name)
def visited(newcomer, request):
    """The newcomer at a lesson, come by the link of the page before, and that lesson."""
    lesson = request.param
    before = "" if newcomer.url.endswith("/learn") else "Next: "
    newcomer.get_by_role("link", name=f"{before}{lesson.title}").click()
    # only now, so that the charts of the lesson before are not drawn once more
    newcomer.set_viewport_size({"width": 1280, "height": 900})
    newcomer.emulate_media(color_scheme="light")
    wait_for_lesson(newcomer, lesson)
    return newcomer, lesson


def test_lesson_shows_its_parts_without_a_violation(visited):
    page, lesson = visited
    assert page.url.split("?")[0].endswith(f"/{lesson.address}")
    expect(page.get_by_text("That did not work")).to_have_count(0)
    expect(page.locator(CHARTS).first).to_be_visible()
    expect(page.locator(".katex").first).to_be_visible()  # the formula
    expect(page.get_by_text("To think about.")).to_be_visible()
    expect(page.get_by_role("button", name="Check my answer")).to_be_visible()
    page.get_by_text("The decisive lines").first.click()
    expect(page.get_by_test_id("stCode").first).to_be_visible()
    assert violations_of(page, without=[CODE]) == []


def test_lesson_fits_a_narrow_dark_window(visited):
    page, _ = visited
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 900})
    expect_no_sideways_scrolling(page)


def test_last_lesson_leads_back_to_all(newcomer):
    newcomer.get_by_role("link", name="All lessons").click()
    expect_page(newcomer, "learn")
    expect(newcomer.get_by_role("link", name=LESSONS[-1].title)).to_be_visible()
    assert violations_of(newcomer) == []


def test_whole_card_is_the_link_and_has_its_picture(newcomer):
    picture = newcomer.locator(f".st-key-learn_card_{LESSONS[0].name} img")
    expect(picture).to_have_js_property("naturalWidth", 640)
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    newcomer.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    wait_for_lesson(newcomer, LESSONS[0])


def test_settings_of_a_lesson_travel_in_the_url(address, new_page):
    page = new_page()
    page.goto(f"{address}/learn-loss?loss_logit=-2.0&loss_truth=healthy")
    wait_for_lesson(page, BY_NAME["loss"])
    expect(page.get_by_text("on the right side")).to_be_visible()
    page.get_by_role("radio", name="diseased").click()
    expect(page.get_by_text("The answer is wrong.")).to_be_visible()
    page.wait_for_url("**loss_logit=-2.0**")
    friend = new_page()
    friend.goto(page.url)
    wait_for_lesson(friend, BY_NAME["loss"])
    expect(friend.get_by_text("The answer is wrong.")).to_be_visible()
    expect(friend.get_by_role("slider", name="Logit z of the answer")).to_have_value("-2")


def test_value_in_the_url_that_cannot_be_falls_back_to_the_default(address, new_page):
    page = new_page()
    page.goto(f"{address}/learn-boundaries?boundaries_n=999999&boundaries_kind=<script>")
    wait_for_lesson(page, BY_NAME["boundaries"])
    expect(page.get_by_text("That did not work")).to_have_count(0)
