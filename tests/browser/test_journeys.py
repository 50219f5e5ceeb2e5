"""Journeys of a visitor, in a real browser."""

import dataclasses
import re
from pathlib import Path

import onnx
import pandas as pd
import safetensors.torch
from playwright.sync_api import expect

from heart.bundle import load_bundle, serialise_bundle
from heart.data import load_shipped
from heart.paths import SHIPPED_BUNDLE
from tests.support import dialects as d
from tests.support.browsing import calculate_example, download, go_to, open_page


def fill_number(page, label, value):
    field = page.get_by_role("spinbutton", name=label)
    field.fill(str(value))
    field.press("Tab")


def test_form_gives_a_probability_and_keeps_the_patient_out_of_the_url(address, new_page):
    page = new_page()
    open_page(page, address)
    probability = calculate_example(page)
    assert re.fullmatch(r"\d+\s%", probability)
    expect(page.get_by_text(f"about {probability[:-1]} have heart disease")).to_be_visible()
    expect(page.get_by_text("A probability, not a diagnosis")).to_be_visible()
    assert page.url == f"{address}/"


def test_keyboard_alone_is_enough(address, new_page):
    page = new_page()
    open_page(page, address)
    page.get_by_role("spinbutton", name="Age").focus()
    page.keyboard.type("61")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Decision:")).to_be_visible()
    expect(page.get_by_text("Not known (12 of 13)")).to_be_visible()


def test_empty_form_is_refused_with_the_reason(address, new_page):
    page = new_page()
    open_page(page, address)
    page.get_by_role("button", name="Calculate").click()
    expect(page.get_by_text("Expected: at least one known value")).to_be_visible()


def test_impossible_number_is_refused_and_nothing_is_lost(address, new_page):
    page = new_page()
    open_page(page, address)
    fill_number(page, "Age", 61)
    fill_number(page, "Serum cholesterol", 5000)
    page.get_by_role("button", name="Calculate").click()
    expect(page.get_by_text("50 to 1000 mg/dl").last).to_be_visible()
    expect(page.get_by_text("That did not work. Nothing was lost.")).to_be_visible()
    expect(page.get_by_role("spinbutton", name="Age")).to_have_value("61")
    expect(page.get_by_role("spinbutton", name="Serum cholesterol")).to_have_value("5000")


def test_patient_stays_while_other_pages_are_visited(address, new_page):
    page = new_page()
    open_page(page, address)
    before = calculate_example(page)
    go_to(page, "Cohort")
    go_to(page, "Patient")
    expect(page.get_by_role("spinbutton", name="Age")).to_have_value("80")
    assert page.get_by_test_id("stMetricValue").inner_text() == before


def test_two_visitors_do_not_see_each_other(address, new_page):
    first, second = new_page(), new_page()
    open_page(first, address)
    calculate_example(first)
    open_page(second, address)
    expect(second.get_by_text("Fill in the form and press")).to_be_visible()
    expect(second.get_by_role("spinbutton", name="Age")).to_have_value("")


def train_for_long(page, *, members=60):
    """A network that takes long enough to be watched; the default recipe has no hidden layer."""
    page.get_by_text("More settings").click()
    field = page.get_by_role("textbox", name="Hidden layers")
    field.fill("64")
    field.press("Tab")  # Enter would train
    fill_number(page, "Members", members)
    fill_number(page, "Most epochs", 500)
    page.get_by_role("button", name="Train", exact=True).click()


EPOCH = re.compile(r"Epoch [1-9]\d* of at most 500")


def test_training_shows_progress_to_the_end_and_the_model_is_kept(address, new_page):
    page = new_page()
    open_page(page, address, "train")
    train_for_long(page)
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text(EPOCH)).to_be_visible()
    keep = page.get_by_role("button", name="Keep for this session")
    expect(keep).to_be_visible(timeout=90_000)
    expect(page.get_by_role("progressbar")).to_have_count(0)
    keep.click()
    in_use = page.get_by_text("Model in use: cleveland-default, trained in this session")
    expect(in_use).to_be_visible()
    go_to(page, "Patient")
    calculate_example(page)
    expect(page.get_by_text("Nine of ten of the model's 60 members say")).to_be_visible()


def test_stopped_training_keeps_nothing(address, new_page):
    page = new_page()
    open_page(page, address, "train")
    train_for_long(page, members=300)
    expect(page.get_by_text(EPOCH)).to_be_visible()
    page.get_by_role("button", name="Stop training").click()
    expect(page.get_by_text("Training stopped.")).to_be_visible()
    expect(page.get_by_text("shipped with the app")).to_be_visible()
    expect(page.get_by_role("button", name="Keep for this session")).to_have_count(0)


def test_a_third_training_waits_until_somebody_leaves(address, new_page):
    pages = [new_page() for _ in range(3)]
    for page in pages:
        open_page(page, address, "train")
        train_for_long(page, members=300)
        if page is not pages[2]:
            expect(page.get_by_text(EPOCH)).to_be_visible()
    waiting = pages[2].get_by_text("All places are taken: yours is the next work to begin")
    expect(waiting).to_be_visible()
    pages[0].goto("about:blank")
    expect(pages[2].get_by_text(EPOCH)).to_be_visible()
    expect(pages[1].get_by_text(EPOCH)).to_be_visible()
    for page in pages[1:]:
        page.get_by_role("button", name="Stop training").click()
        expect(page.get_by_text("Training stopped.")).to_be_visible()


def test_moving_the_threshold_changes_the_decision(address, new_page):
    page = new_page()
    open_page(page, address, "threshold")
    expect(page.get_by_text("Threshold 33\u00a0%: disease is decided")).to_be_visible()
    page.get_by_text("By hand", exact=True).click()
    slider = (
        page.get_by_test_id("stSlider")
        .filter(has_text=re.compile("^Threshold"))
        .get_by_role("slider")
    )
    slider.focus()
    for _ in range(7):
        slider.press("ArrowRight")
    expect(page.get_by_text("Threshold 40\u00a0%: disease is decided")).to_be_visible()
    page.get_by_role("tab", name="Net benefit").click()
    expect(page.get_by_text("Net benefit counts true positives")).to_be_visible()
    page.get_by_role("button", name="Use this threshold in the model").click()
    expect(page.get_by_text("decides “disease” at 40\u00a0% and above")).to_be_visible()


def test_bundle_travels_by_download_and_load(address, new_page, tmp_path):
    page = new_page()
    open_page(page, address)
    before = calculate_example(page)
    go_to(page, "Bundle")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the model in use").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    assert file.name == "cleveland.joblib"
    visitor = new_page()
    open_page(visitor, address, "bundle")
    visitor.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)
    expect(visitor.get_by_text("The loaded model is in use on every page.")).to_be_visible()
    go_to(visitor, "Patient")
    assert calculate_example(visitor) == before


def test_damaged_bundle_is_refused_and_the_model_stays(address, new_page):
    page = new_page()
    open_page(page, address, "bundle")
    bad = {
        "name": "bad.joblib",
        "mimeType": "application/octet-stream",
        "buffer": b"\x80\x04cos\nsystem\n(S'true'\ntR.",
    }
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(bad)
    expect(page.get_by_text("the opcode GLOBAL at byte 2")).to_be_visible()
    expect(page.get_by_text("shipped with the app")).to_be_visible()


def test_bundle_is_handed_on_in_every_form(address, new_page):
    page = new_page()
    open_page(page, address, "bundle")
    name, exported = download(page, "ONNX")
    assert name == "cleveland.onnx"
    assert onnx.load_from_string(exported).graph.output[0].name == "probability"
    name, weights = download(page, "Weights")
    assert (name, "logit.weight" in safetensors.torch.load(weights)) == (
        "cleveland.safetensors",
        True,
    )
    name, calculator = download(page, "Calculator")
    assert (name, b'content="heart-calculator"' in calculator) == (
        "cleveland-calculator.html",
        True,
    )
    name, card = download(page, "Card as a web page")
    assert (name, card.startswith(b"<!DOCTYPE html>")) == ("cleveland-card.html", True)
    name, card = download(page, "Card as Markdown")
    assert (name, card.startswith(b"# Model card: `cleveland`")) == ("cleveland-card.md", True)


def test_text_of_a_strangers_bundle_is_shown_and_not_rendered(address, new_page):
    shipped = load_bundle(SHIPPED_BUNDLE)
    data = shipped.data._replace(cohort="www.evil.example/x", fingerprint="0" * 64)
    odd = {"name": "x.joblib", "mimeType": "application/octet-stream"}
    odd["buffer"] = serialise_bundle(
        dataclasses.replace(shipped, name="_odd_", data=data, learnt=None)
    )
    page = new_page()
    open_page(page, address, "bundle")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(odd)
    expect(page.get_by_role("cell", name="www.evil.example/x: 303 patients")).to_be_visible()
    expect(page.get_by_role("cell", name="_odd_").first).to_be_visible()
    expect(page.get_by_text("Where these patients come from")).to_have_count(1)
    assert page.locator("a[href*=evil]").count() == 0
    go_to(page, "Models")
    assert page.locator("a[href*=evil]").count() == 0


def choose_file(page, content, name="heart.csv"):
    file = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(file)


def test_inverted_upload_is_put_right_trained_on_and_judged(address, new_page):
    page = new_page()
    open_page(page, address, "cohort")
    choose_file(page, d.write(d.kaggle_303(d.invent_patients(150, seed=4)), encoding="utf-8-sig"))
    expect(page.get_by_text("inverted in the file, put right here")).to_be_visible()
    go_to(page, "Train")
    expect(page.get_by_role("radio", name="Your own file")).to_be_checked()
    fill_number(page, "Members", 2)
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Keep for this session").click()
    expect(page.get_by_text("(heart)")).to_be_visible()
    go_to(page, "Threshold")
    page.get_by_role("button", name="Cross-validate this model's recipe").click()
    expect(page.get_by_text("Report on the test part")).to_be_visible(timeout=60_000)


def test_one_question_is_asked_and_its_answer_is_used(address, new_page):
    page = new_page()
    open_page(page, address, "cohort")
    choose_file(page, d.write(d.kaggle_303(d.invent_patients(60, seed=2).groupby("num").head(3))))
    expect(page.get_by_text("One question before this file can be used.")).to_be_visible()
    expect(page.get_by_role("button", name="Read it this way")).to_be_disabled()
    page.get_by_text("kaggle-303", exact=True).last.click()
    page.get_by_role("button", name="Read it this way").click()
    expect(page.get_by_text("Shown below: your own file")).to_be_visible()
    expect(page.get_by_text("the user, who chose the dialect 'kaggle-303'")).to_be_visible()


def test_bad_cells_are_listed_and_left_out(address, new_page):
    page = new_page()
    open_page(page, address, "cohort")
    table = d.whole(d.uci_table(d.invent_patients(100, seed=6))).astype(object)
    table.loc[7, "age"] = "fifty"
    choose_file(page, d.write(table))
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the list").click()
    assert "'fifty'" not in download.value.suggested_filename
    page.get_by_role("button", name="Leave this row out").click()
    expect(page.get_by_text("Set aside (1)")).to_be_visible()


def test_refused_upload_says_what_it_is_and_the_cohort_stays(address, new_page):
    page = new_page()
    open_page(page, address, "cohort")
    choose_file(page, b"PK\x03\x04 not a workbook", "heart.csv")
    expect(page.get_by_text("That did not work. Nothing was lost.")).to_be_visible()
    expect(page.get_by_text("Shown below: Cleveland Clinic Foundation")).to_be_visible()


def test_file_is_scored_and_downloaded(address, new_page, tmp_path):
    page = new_page()
    open_page(page, address, "score")
    table = d.whole(d.uci_table(load_shipped("hungary").frame)).astype(object)
    table.loc[4, "chol"] = "=1+1"
    choose_file(page, d.write(table))
    expect(page.get_by_role("heading", name="How the model does there")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download all rows").click()
    download.value.save_as(tmp_path / "scores.csv")
    scores = pd.read_csv(tmp_path / "scores.csv")
    assert scores["row"].tolist() == list(range(1, 295))
    assert scores["probability"].isna().sum() == 1
    assert "paste formulas as values" in scores["error"].iloc[3]


def test_table_of_all_thresholds_is_downloaded(address, new_page):
    page = new_page()
    open_page(page, address, "threshold")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the table of all thresholds").click()
    lines = Path(waiting.value.path()).read_text().splitlines()
    assert len(lines) == 102
    assert lines[0].startswith('"threshold","tn","fp","fn","tp"')


def test_long_work_shows_progress_and_can_be_stopped(address, new_page):
    page = new_page()
    open_page(page, address, "evaluate")
    page.get_by_text("Compute the learning curve anew").click()  # what is stored is shown
    again = page.get_by_role("button", name="Compute the learning curve again")
    again.click()
    expect(page.get_by_text("of the fits")).to_be_visible(timeout=30_000)
    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    expect(again).to_be_visible(timeout=30_000)
    expect(page.get_by_text("of the fits")).to_have_count(0)
