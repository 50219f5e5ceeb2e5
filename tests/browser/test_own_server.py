"""A server that nobody has visited before, with a folder for models of its own: the first visitors,
then what one of them keeps there.
"""

import json
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from tests.support.browsing import (
    PAGES,
    download,
    expect_page,
    expect_rest,
    go_to,
    open_page,
)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="module")
def own_server(start_server, models, tmp_path_factory):
    with start_server(tmp_path_factory.mktemp("own") / "log.txt", HEART_MODELS=str(models)) as url:
        yield url


def test_cold_server_opens_pages_by_their_own_urls_for_three_visitors_at_once(own_server, new_page):
    # before the first run of main.py Streamlit would take pages/ for an app of its own; every other
    # page is opened by its own address on a server that others have visited
    first = ["", "cohort", "learn"]
    visitors = [new_page() for _ in first]
    for path, page in zip(first, visitors, strict=True):
        page.goto(f"{own_server}/{path}", wait_until="commit")
    for path, page in zip(first, visitors, strict=True):
        expect_page(page, path)
        for title in PAGES.values():
            expect(page.get_by_role("link", name=title)).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)


@pytest.mark.parametrize("path", ["model", "predict", "openapi.json"])
def test_server_that_nobody_asked_for_an_api_has_none(own_server, path):
    with pytest.raises(HTTPError) as refused:
        urlopen(f"{own_server}/api/v1/{path}")
    assert refused.value.code == 404
    assert "HEART_API=1" in json.load(refused.value)["error"]["action"]
    with urlopen(f"{own_server}/healthz") as answer:
        assert json.load(answer) == {"status": "ok"}


def choose(page, label, option):
    """Choose in a list, and wait until the page follows."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()
    expect(page.get_by_role("option")).to_have_count(0)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)


def type_name(page, label, name):
    field = page.get_by_role("textbox", name=label, exact=True)
    field.fill(name)
    field.press("Tab")  # to its help mark, which leaves the field too
    expect_rest(page)


def test_models_are_kept_chosen_handed_on_renamed_and_deleted(own_server, new_page, models):
    page = new_page()
    open_page(page, own_server, "models")
    expect(page.get_by_text("No model is kept here yet")).to_be_visible()
    type_name(page, "Name", "mine")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_text("The model is kept.")).to_be_visible()
    choose(page, "A model of the list", "mine")
    page.get_by_role("button", name="Make it the active one").click()
    page.get_by_role("button", name="Make it active for everybody").click()
    expect(page.get_by_text("It is now the active model for everybody.")).to_be_visible()
    visitor = new_page()
    open_page(visitor, own_server)
    expect(
        visitor.get_by_text("Model in use: mine, the active model of this server")
    ).to_be_visible()
    go_to(visitor, "Models")
    kept = (models / "mine.joblib").read_bytes()
    assert download(visitor, "Download") == ("mine.joblib", kept)
    page.get_by_role("button", name="Rename", exact=True).click()
    type_name(page, "New name", "ours")
    page.get_by_role("button", name="Rename it").click()
    expect(page.get_by_text("The model was renamed.")).to_be_visible()
    page.get_by_role("button", name="Delete", exact=True).click()
    type_name(page, "Type its name to confirm", "ours")
    page.get_by_role("button", name="Delete it for good").click()
    expect(page.get_by_text("The model was deleted.")).to_be_visible()
    assert list(models.glob("*.joblib")) == []
