"""The models page: what is kept here, one of it active, two side by side."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from heart.bundle import load_bundle, save_bundle
from heart.bundle.registry import Registry, _check
from heart.paths import SHIPPED_BUNDLE
from tests.support.visitor import go, press, said

OLD = Path(__file__).parents[1] / "unit" / "bundle" / "version_1.joblib"


@pytest.fixture
def registry(tmp_path, monkeypatch):
    """A folder with the shipped model under another name, an old one, and a file that is none."""
    shutil.copy(SHIPPED_BUNDLE, tmp_path / "newer.joblib")
    shutil.copy(OLD, tmp_path / "older.joblib")
    (tmp_path / "broken.joblib").write_bytes(b"PK\x03\x04")
    monkeypatch.setenv("HEART_MODELS", str(tmp_path))
    return Registry(tmp_path)


def choose(app, label, option):
    (box,) = (box for box in app.selectbox if box.label == label)
    return box.select(option).run()


def write(app, label, text):
    (field,) = (field for field in app.text_input if field.label == label)
    return field.input(text).run()


def activate(app, name):
    """The visitor after making a model the active one, and saying yes when asked."""
    asked = press(choose(app, "A model of the list", name), "Make it the active one")
    return press(asked, "Make it active for everybody")


def labels(app):
    return [button.label for button in app.button]


def test_list_shows_every_file_with_its_figures_or_its_problem(visit, registry):
    table = visit("models").dataframe[0].value.set_index("name")
    assert list(table.index) == ["broken", "cleveland", "newer", "older"]
    assert table.loc["broken", "state"] == "cannot be read"
    assert "a file that begins with b'PK" in table.loc["broken", "cohort"]
    assert table.loc["older", "cohort"] == "cleveland (303)"
    assert table.loc["older", "threshold"] == "33.3\u00a0%"
    assert registry.load("older").data.fingerprint.startswith(
        table.loc["older", "fingerprint"][:-1]
    )


def test_model_of_the_list_comes_into_use_for_this_visitor_alone(visit, registry):
    app = press(choose(visit("models"), "A model of the list", "older"), "Use in this session")
    assert "now in use on every page" in said(app)
    assert "from the models of this server" in said(app)
    assert "shipped with the app" in said(visit("models"))
    assert registry.active is None


def test_active_model_is_what_new_visitors_start_with_and_others_keep_theirs(visit, registry):
    early = visit("patient")
    assert "shipped with the app" in said(early)
    activate(visit("models"), "older")
    assert registry.active == "older"
    assert "the active model of this server" in said(visit("patient"))
    assert "shipped with the app" in said(go(early, "cohort"))


CHANGES = {"Keep it", "Rename it", "Delete it for good", "Make it the active one"}

WHO = "test@example.com"
"""Who has logged in, as AppTest has it."""


def noted(registry):
    lines = (registry.folder / "audit.jsonl").read_text().splitlines()
    return [(line["what"], line["name"], line["who"]) for line in map(json.loads, lines)]


def test_making_a_model_active_asks_first_and_says_what_changes_for_whom(visit, registry):
    app = press(choose(visit("models"), "A model of the list", "older"), "Make it the active one")
    assert registry.active is None
    assert "Whoever opens the app from now on starts with it" in said(app)
    (changes,) = (table.value for table in app.table if "then" in table.value)
    assert list(changes.loc["name"]) == ["`cleveland`", "`older`"]
    assert changes.loc["threshold", "then"] == "33.3\u00a0%"
    app = press(app, "Leave it as it is")
    assert registry.active is None
    assert "Make it active for everybody" not in labels(app)
    app = activate(app, "older")
    assert "now the active model for everybody" in said(app)
    assert "now the active model for everybody" not in said(app.run())
    assert noted(registry)[-1] == ("activate", "older", WHO)


def test_renaming_and_deleting_change_the_folder(visit, registry):
    app = write(choose(visit("models"), "A model of the list", "older"), "New name", "ancient")
    app = press(app, "Rename it")
    assert "was renamed" in said(app)
    assert registry.names() == ["ancient", "broken", "cleveland", "newer"]
    app = choose(app, "A model of the list", "ancient")
    assert next(button for button in app.button if button.label == "Delete it for good").disabled
    app = write(app, "Type its name to confirm", "ancient")
    app = press(app, "Delete it for good")
    assert "was deleted" in said(app)
    assert registry.names() == ["broken", "cleveland", "newer"]
    assert noted(registry)[-2:] == [
        ("rename", "older", WHO),
        ("delete", "ancient", WHO),
    ]


@pytest.mark.parametrize("name", ["../evil", "newer", "a b"])
def test_impossible_new_name_is_told_and_nothing_changes(visit, registry, name):
    app = press(
        write(choose(visit("models"), "A model of the list", "older"), "New name", name),
        "Rename it",
    )
    assert "That did not work. Nothing was lost." in said(app)
    assert registry.names() == ["broken", "cleveland", "newer", "older"]


@pytest.mark.usefixtures("registry")
def test_broken_file_can_only_be_deleted(visit):
    app = choose(visit("models"), "A model of the list", "broken")
    assert {"Use in this session", "Make it the active one", "Rename it"}.isdisjoint(labels(app))
    assert "Delete it for good" in labels(app)


def test_model_in_use_is_kept_under_a_name(visit, registry):
    app = visit("models")
    names = [field.value for field in app.text_input if field.label == "Name"]
    assert names == ["cleveland-2"]  # one that is not taken
    assert not [b for b in app.button if b.label == "Use in this session" and not b.disabled]
    app = press(write(app, "Name", "mine"), "Keep it")
    assert "The model is kept." in said(app)
    assert registry.load("mine").data == load_bundle(SHIPPED_BUNDLE).data
    again = press(write(app, "Name", "mine"), "Keep it")
    assert "a name that is not taken" in said(again)


@pytest.mark.usefixtures("registry")
def test_read_only_server_lets_use_and_download_and_nothing_else(visit, monkeypatch):
    monkeypatch.setenv("HEART_READ_ONLY", "1")
    app = choose(visit("models"), "A model of the list", "older")
    assert "cannot be changed from here" in said(app)
    assert "Use in this session" in labels(app)
    assert CHANGES.isdisjoint(labels(app))


def test_login_shows_nothing_before_it_then_reading_to_all_and_changing_to_analysts(
    come, registry, monkeypatch
):
    for module in ("login", "visitor"):
        monkeypatch.setattr(f"heart.ui.{module}.is_asked_for", lambda: True)
    monkeypatch.setattr("heart.ui.login.read_section", lambda: {"client_id": "heart"})
    monkeypatch.setenv("HEART_ANALYSTS", WHO)
    app = come()
    app.user = {"is_logged_in": False}
    go(app, "models")
    assert (labels(app), len(app.dataframe)) == (["Log in"], 0)
    assert [title.value for title in app.title] == ["Heart"]
    app.user = {"is_logged_in": True, "email": "reader@example.com"}
    app = choose(app.run(), "A model of the list", "older")
    assert "for this server's analysts" in said(app)
    assert {"Use in this session", "Log out"} <= set(labels(app))
    assert CHANGES.isdisjoint(labels(app))
    app.user = {"is_logged_in": True, "email": WHO}
    assert set(labels(app.run())) >= CHANGES
    app.user = {"is_logged_in": True, "email": "reader@example.com"}  # who kept the old page open
    app = press(app, "Keep it")
    assert registry.names() == ["broken", "cleveland", "newer", "older"]


@pytest.mark.usefixtures("registry")
def test_two_models_are_compared_on_patients_that_neither_saw(visit):
    app = choose(visit("models"), "Second", "older")
    assert (
        "61 patients, 28 of them diseased, from whom neither model has learnt. 242 others were"
        " left out" in said(app)
    )
    app = choose(app, "Patients of", "hungary")
    assert "294 patients, 106 of them diseased" in said(app)
    table = app.table[0].value
    assert list(table.columns) == ["`cleveland`", "`older`", "second minus first"]
    assert table.loc["ROC AUC", "second minus first"].startswith("-0.014 (")


@pytest.mark.usefixtures("registry")
def test_another_run_of_the_page_computes_nothing_again(visit, count_calls):
    calls = count_calls("heart.ui.models_comparison", "compare_bundles", "roc_frame")
    checks = count_calls("heart.bundle.registry", "load_bundle")
    _check.cache_clear()
    app = choose(visit("models"), "Second", "older")
    assert {"compare_bundles", "roc_frame"} <= set(calls)
    assert "load_bundle" in checks  # of the active one
    calls.clear()
    checks.clear()
    app.run()
    assert calls + checks == []


@pytest.mark.usefixtures("registry")
def test_model_beside_itself_says_so(visit):
    app = choose(visit("models"), "Second", "the model in use")
    assert "These are the same model" in said(app)


def spoil(path, how):
    """Make a file no bundle any more, in one of the ways in which that happens."""
    content = path.read_bytes()
    match how:
        case "another file":
            path.write_bytes(b"PK\x03\x04")
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case "empty":
            path.write_bytes(b"")
        case "one byte changed":
            middle = len(content) // 2
            path.write_bytes(
                content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
            )


@pytest.mark.parametrize("how", ["another file", "cut", "empty", "one byte changed"])
def test_app_opens_with_the_shipped_model_where_the_active_one_is_broken(visit, registry, how):
    registry.activate("newer")
    spoil(registry.folder / "newer.joblib", how)
    app = visit("patient")
    assert "shipped with the app" in said(app)
    assert "The active model of this server cannot be used." in said(app)
    assert "the active model, newer.joblib, to be a bundle" in said(app)
    assert str(registry.folder) not in said(app)
    table = go(app, "models").dataframe[0].value.set_index("name")
    assert table.loc["newer", "state"] == "cannot be read"
    app = activate(app, "older")
    assert registry.active == "older"
    assert "cannot be used" not in said(visit("patient"))
    app = press(choose(app, "A model of the list", "older"), "Use in this session")
    assert "cannot be used" not in said(app)


def test_folder_without_models_says_what_to_do(visit, tmp_path, monkeypatch):
    monkeypatch.setenv("HEART_MODELS", str(tmp_path))
    app = visit("models")
    assert "No model is kept here yet" in said(app)
    assert list(app.dataframe[0].value["name"]) == ["cleveland"]
    assert "These are the same model" in said(app)


def test_folder_that_is_not_there_is_told(visit, tmp_path, monkeypatch):
    app = visit("models")
    monkeypatch.setenv("HEART_MODELS", str(tmp_path / "absent"))
    assert "HEART_MODELS to be a folder" in said(app.run())


def test_text_of_a_bundle_is_shown_as_text(visit, registry):
    shipped = load_bundle(SHIPPED_BUNDLE)
    odd = replace(
        shipped,
        name="_odd_",
        data=shipped.data._replace(cohort="www.evil.example/x", fingerprint="0" * 64),
    )
    save_bundle(odd, registry.folder / "_odd_.joblib")
    app = press(choose(visit("models"), "A model of the list", "_odd_"), "Use in this session")
    table = go(app, "bundle").table[0].value["value"]
    assert table["Name"] == "`_odd_`"
    assert table["Cohort"].startswith("`www.evil.example/x`: 303")
