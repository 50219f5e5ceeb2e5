"""The train page: train, judge, keep or discard."""

import threading
from functools import partial

import pytest

from heart.config import get_recipe
from heart.experiments.runs import SHOWN
from heart.ui.progress import write_queue
from heart.ui.train import describe_hindrance
from heart.work import Request
from tests.support import dialects as d
from tests.support.visitor import figures, go, press, said


def train(app, **settings):
    for name, value in {"members": 2, "max_epochs": 3, **settings}.items():
        app.number_input(key=f"train_default_{name}").set_value(value)
    return press(app, "Train")


def test_result_has_the_counts_of_the_parts(visit):
    app = train(visit("train"))
    assert (
        "Trained on **193** patients of `cleveland` for 3 epochs; tested on **61** it never saw."
        in said(app)
    )
    assert list(app.table[0].value.columns) == [
        "train: 89 of 193 diseased",
        "valid: 22 of 49 diseased",
        "test: 28 of 61 diseased",
    ]
    assert "Accuracy, test" in figures(app)


def test_file_chosen_here_keeps_its_name_in_the_model(visit):
    content = d.uci(d.invent_patients(120, seed=4), header=True)
    app = visit("train")
    app = app.file_uploader[0].upload("_our_ Klinik, été (2).csv", content, "text/csv").run()
    app = train(app)
    assert "patients of `our_ Klinik, ete (2)` for" in said(app)
    assert "our_-Klinik-ete-2-default" in said(press(app, "Keep for this session"))


def test_kept_model_is_used_on_every_page(visit):
    trained = train(visit("train"))
    app = press(trained, "Keep for this session")
    assert "cleveland-default, trained in this session" in said(app)
    assert "The model trained in this session is now in use on every page." in said(app)
    app = press(press(go(app, "patient"), "Fill in an example patient"), "Calculate")
    assert "the model's 2 members" in said(app)


def test_result_curve_and_settings_stay_when_the_page_is_left_and_after_keep(visit):
    app = visit("train")
    app.text_input(key="train_default_hidden").set_value("8, 8")
    app = train(app, members=3)
    result = (figures(app), app.table[0].value)
    for after in ("leaving", "keeping"):
        if after == "keeping":
            app = press(app, "Keep for this session")
            assert "Keep for this session" not in [button.label for button in app.button]
        app = go(go(app, "cohort"), "train")
        assert figures(app) == result[0]
        assert app.table[0].value.equals(result[1])
        assert len(app.get("vega_lite_chart")) == 1
        assert app.number_input(key="train_default_members").value == 3
        assert app.text_input(key="train_default_hidden").value == "8, 8"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "values are hidden"),  # there is no unit to drop
        ({"hidden": (8,)}, "units are dropped and values are hidden"),
        ({"hidden": (8,), "dropout": 0.0}, "values are hidden"),
        ({"hidden": (8,), "masking": 0.0}, "units are dropped"),
        ({"dropout": 0.0, "masking": 0.0}, ""),
    ],
)
def test_why_the_train_loss_may_be_higher_follows_the_settings(changes, words):
    assert describe_hindrance(get_recipe("default", **changes).as_dict()) == words


def test_chosen_recipe_stays_when_the_page_is_left(visit):
    app = visit("train")
    app = app.selectbox(key="train_recipe").set_value("lesson").run()
    app = go(go(app, "cohort"), "train")
    assert app.selectbox(key="train_recipe").value == "lesson"


def test_what_a_bundle_could_not_hold_is_refused_before_there_is_a_button_to_stop(visit, pool):
    app = visit("train")
    app.text_input(key="train_default_hidden").set_value("256, 256, 256")
    app = train(app, members=512)
    assert "weights of at most" in said(app)
    assert "Stop training" not in [button.label for button in app.button]
    assert pool.asked == []


def test_page_says_what_a_reload_would_lose_until_it_is_saved(visit, tmp_path, monkeypatch):
    monkeypatch.setenv("HEART_MODELS", str(tmp_path))
    app = visit("train")
    assert "A reload of this tab" not in said(app)
    app = train(app)
    assert "or closing it, loses a run that is not kept." in said(app)
    app = press(app, "Keep for this session")
    assert "loses the model in use, which was neither kept" in said(app)
    app = go(app, "models")
    assert "loses the model in use, which was neither kept" in said(app)
    app = press(app, "Keep it")
    assert "The model is kept." in said(app)
    assert "A reload of this tab" not in said(app)
    assert "A reload of this tab" not in said(go(app, "train"))


def test_runs_are_listed_chosen_compared_noted_kept_and_nobody_elses(visit):
    app = train(train(visit("train")), members=3)
    latest = figures(app)
    table = app.dataframe[0].value
    assert table["changed"].tolist() == ["members 2; most epochs 3", "members 3; most epochs 3"]
    assert [f"{value:.3f}" for value in table.iloc[1][["roc_auc", "log_loss"]]] == [
        latest["ROC AUC, test"],
        latest["Log-loss, test"],
    ]
    app = choose(app, [0])
    assert "Result of run 1" in said(app)
    assert figures(app)["Log-loss, test"] == f"{table['log_loss'][0]:.3f}"
    app = app.text_input(key="run_note_1").set_value(" the *smaller* one ").run()
    assert app.dataframe[0].value["note"].tolist() == ["the *smaller* one", ""]
    app = press(app, "Keep run 1")
    assert app.dataframe[0].value["state"].tolist() == ["in use", ""]
    app = choose(app, [0, 1])
    assert "Loss on valid" in said(app)
    assert len(app.get("vega_lite_chart")) == 3
    app = press(app, "Discard")
    assert app.dataframe[0].value["run"].tolist() == [2]
    assert "Result of run 2" in said(app)
    assert "trained in this session" in said(app)
    assert not visit("train").dataframe


def choose(app, rows):
    """The visitor after choosing these rows of the table of runs, and no others."""
    key = "runs_" + "_".join(str(number) for number in app.dataframe[0].value["run"])
    app.session_state[key] = {"selection": {"rows": rows, "columns": [], "cells": []}}
    return app.run()


def test_kept_model_is_this_visitors_own(visit):
    press(train(visit("train")), "Keep for this session")
    assert "cleveland, shipped with the app" in said(visit("train"))


def test_discarded_model_is_gone(visit):
    app = press(train(visit("train")), "Discard")
    assert "The result appears here" in said(app)
    assert "cleveland, shipped with the app" in said(app)


def test_same_settings_give_the_same_figures(visit):
    assert figures(train(visit("train"))) == figures(train(visit("train")))


def test_lesson_recipe_fills_the_form(visit):
    app = visit("train")
    (recipe,) = (box for box in app.selectbox if box.label == "Recipe")
    app = recipe.set_value("lesson").run()
    assert app.number_input(key="train_lesson_dropout").value == 0.5
    assert app.number_input(key="train_lesson_max_epochs").value == 50
    assert app.text_input(key="train_lesson_hidden").value == "32"
    left_out = "Only patients of whom every value is known are used: 297 of 303."
    assert said(app).count(left_out) == 1  # before training
    app.number_input(key="train_lesson_max_epochs").set_value(3)
    app = press(app, "Train")
    assert "Trained on **189** patients" in said(app)
    assert said(app).count(left_out) == 2  # and with its result


def test_widths_that_are_no_numbers_are_refused(visit):
    app = visit("train")
    app.text_input(key="train_default_hidden").set_value("wide")
    app = press(app, "Train")
    assert "Expected: widths of hidden layers" in said(app)
    assert not app.metric


def test_earlier_result_survives_a_refused_one(visit):
    app = train(visit("train"))
    before = figures(app)
    app.text_input(key="train_default_hidden").set_value("9999")
    app = press(app, "Train")
    assert "at most 4 whole widths of 1 to 256" in said(app)
    assert figures(app) == before


def test_a_third_training_waits_for_its_place_and_says_so(visit, pool, monkeypatch):
    ended, told = threading.Event(), []

    def let_go(ahead):
        told.append(ahead)
        ended.set()
        return write_queue(ahead)

    monkeypatch.setattr("heart.ui.progress.write_queue", let_go)
    for _ in range(2):
        pool.join(Request(partial(lambda on_share: ended.wait(30)), "on_share"))  # noqa: ARG005
    app = train(visit("train"))
    assert told == [0]
    assert len(app.metric) == len(SHOWN)
