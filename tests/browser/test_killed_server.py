"""A server that is killed while somebody's work is under way, and started again: the page that
stayed open says what came to nothing.
"""

from contextlib import contextmanager

import pytest
from drive import free_port, start, wait_for_health
from playwright.sync_api import expect

from tests.support.browsing import expect_rest, go_to, open_page

LOST = "this is a new session"
FRESH = {"HEART_WORKERS": "1"}


@contextmanager
def running(port):
    """A server that is killed at the end, as by a lack of memory."""
    server = start(port, environment=FRESH)
    try:
        wait_for_health(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def leave(page):
    """So that the tab does not end its visit at a server that is gone."""
    page.goto("about:blank")


@pytest.fixture
def port():
    return free_port()


def begin_training(page):
    """A training that goes on for minutes, if nobody stops it."""
    page.get_by_role("spinbutton", name="Members").fill("512")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text("train loss").first).to_be_visible()


def test_training_that_a_killed_server_did_not_finish_is_named_until_it_is_read(port, new_page):
    page = new_page()
    with running(port) as address:
        open_page(page, address, "train")
        begin_training(page)
    with running(port):
        told = page.get_by_text(LOST)
        expect(told).to_contain_text("Training was under way then; nothing of it was kept.")
        expect_rest(page)
        page.get_by_role("button", name="I have read it").click()
        expect(told).to_have_count(0)
        go_to(page, "Cohort")
        expect(told).to_have_count(0)
        leave(page)


def test_training_that_was_stopped_before_the_server_was_killed_is_not_named(port, new_page):
    page = new_page()
    with running(port) as address:
        open_page(page, address, "train")
        begin_training(page)
        page.get_by_role("button", name="Stop training").click()
        expect(page.get_by_text("Training stopped.")).to_be_visible()
        expect_rest(page)
    with running(port):
        go_to(page, "Cohort")
        expect(page.get_by_text(LOST)).to_have_count(0)
        leave(page)
