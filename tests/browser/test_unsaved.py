"""The browser asks before a reload, which ends the session, where something would be lost."""

import pytest
from playwright.sync_api import expect

from tests.support.browsing import download, expect_page, open_page


def train(page):
    for label, value in {"Members": 2, "Most epochs": 3}.items():
        page.get_by_role("spinbutton", name=label).fill(str(value))
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("button", name="Keep for this session")).to_be_visible()


@pytest.fixture
def reload():
    """Loads a page anew, says yes to what the browser asks, and gives what kinds of questions those
    were.
    """

    def reload_page(page):
        asked = []

        def answer(dialog):
            asked.append(dialog.type)
            dialog.accept()

        page.on("dialog", answer)
        page.reload()
        page.remove_listener("dialog", answer)
        return asked

    return reload_page


def test_browser_asks_before_a_reload_only_while_something_would_be_lost(address, new_page, reload):
    page = new_page()
    open_page(page, address, "train")
    train(page)
    expect(page.locator("[data-unsaved=true]")).to_be_attached()
    assert reload(page) == ["beforeunload"]
    expect_page(page, "train")
    train(page)
    assert download(page, "Download")[0] == "cleveland-default.joblib"
    expect(page.locator("[data-unsaved=false]")).to_be_attached()
    assert reload(page) == []
