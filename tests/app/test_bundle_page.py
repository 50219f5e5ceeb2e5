"""The bundle page: what is in the model, and what happens with somebody else's."""

from dataclasses import replace

import pytest

from heart.bundle import load_bundle, serialise_bundle
from heart.bundle.storage import fingerprint_of
from heart.data import load_shipped
from heart.paths import SHIPPED_BUNDLE
from tests.support.networks import untrained
from tests.support.running import answer
from tests.support.visitor import press, said


@pytest.fixture(scope="module", autouse=True)
def own_server():
    """One server for all of them, as visitors find it: what is made of the shipped model, its card
    above all, is made once.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("heart.ui.for_all._made", {})
        yield


def upload(app, content):
    return app.file_uploader[0].upload("model.joblib", content, "application/octet-stream").run()


def test_page_describes_the_model_in_use(visit):
    table = visit("bundle").table[0].value["value"]
    told = answer("show")["fingerprint"]
    assert table["Fingerprint"] == f"{told[:16]}…, in full in a report"
    assert told == fingerprint_of(load_bundle(SHIPPED_BUNDLE))
    assert table["Name"] == "`cleveland`"
    assert table["Cohort"] == (
        "`cleveland`: 303 patients, 139 diseased; fitted on 193, stopped on 49, tested on 61"
    )
    assert table["Learnt from"] == "Cleveland Clinic Foundation (303 patients)"
    assert table["Table's SHA-256"] == f"{load_shipped('cleveland').fingerprint[:16]}…"


def test_valid_bundle_becomes_the_model_and_the_shipped_one_comes_back(visit):
    other = serialise_bundle(replace(load_bundle(SHIPPED_BUNDLE), name="from-a-friend"))
    app = upload(visit("bundle"), other)
    assert "from-a-friend, loaded from a file" in said(app)
    app = press(app, "Go back to the shipped model")
    assert "cleveland, shipped with the app" in said(app)


def test_damaged_bundle_is_refused_and_the_model_stays(visit):
    content = bytearray(SHIPPED_BUNDLE.read_bytes())
    content[len(content) // 2] ^= 1
    app = upload(visit("bundle"), bytes(content))
    assert "That did not work. Nothing was lost." in said(app)
    assert "cleveland, shipped with the app" in said(app)


def test_something_else_is_refused_by_what_it_is(visit):
    assert "Found: a file that begins with b'PK" in said(
        upload(visit("bundle"), b"PK\x03\x04 not a bundle")
    )


def test_calculator_of_a_network_that_is_too_wide_cannot_be_downloaded_and_the_button_says_why(
    visit,
):
    shipped = load_bundle(SHIPPED_BUNDLE)
    few = load_shipped("cleveland").features
    wide = untrained(shipped, few, hidden=(256,), members=40, embedding_dim=1)
    app = visit("bundle")
    assert not calculator_of(app).disabled
    button = calculator_of(upload(app, serialise_bundle(wide)))
    assert button.disabled
    assert "a calculator of at most 2 MB, but found 2.5 MB" in button.help


def calculator_of(app):
    (button,) = [
        button for button in app.get("download_button") if button.proto.label == "Calculator"
    ]
    return button.proto


def test_loaded_bundle_is_this_visitors_own(visit):
    upload(
        visit("bundle"),
        serialise_bundle(replace(load_bundle(SHIPPED_BUNDLE), name="from-a-friend")),
    )
    assert "cleveland, shipped with the app" in said(visit("bundle"))


def test_card_of_the_model_in_use_is_shown(visit):
    app = visit("bundle")
    assert "at least **393** at an AUC of 0.9, " in said(app)
    assert "this model was fitted on **193**" in said(app)
    assert "come from fluoroscopy and a thallium scan" in said(app)
    assert {"Limits", "Subgroups", "TRIPOD+AI"} <= {entry.label for entry in app.expander}


def test_card_of_a_model_whose_patients_are_not_here_says_so(visit):
    shipped = load_bundle(SHIPPED_BUNDLE)
    stranger = replace(
        shipped,
        name="stranger",
        data=shipped.data._replace(cohort="elsewhere", fingerprint="0" * 64),
        learnt=None,
    )
    app = upload(visit("bundle"), serialise_bundle(stranger))
    assert "the bundle does not say" in said(app)
    assert "That did not work" not in said(app)
