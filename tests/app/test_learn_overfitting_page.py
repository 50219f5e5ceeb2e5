"""The lesson on under- and overfitting: its claims are said, and follow what is moved."""

import re

import numpy as np
import pytest

from heart.lessons.overfitting_patients import VARIANTS, FoldScores
from tests.support.visitor import press, said

pytestmark = pytest.mark.usefixtures("brief_lessons")


def losses(app):
    """Test losses of the tiny, the big and the regularised network."""
    return [float(metric.value) for metric in app.metric if metric.label == "Test loss"]


def test_claims_are_there_without_moving_anything(visit):
    app = visit("learn_overfitting")
    tiny, big, held = losses(app)
    assert held < tiny < big
    text = said(app)
    # in brief it learns for fewer epochs: the last point or two hang on how a processor rounds
    known = re.search(r"The \*\*big\*\* one knows (every|[\d.]+)", text)[1]
    assert known == "every" or float(known) > 98
    assert 2 < int(text.split("the test loss is least at **")[1].split()[0]) < 256
    assert "the strongest decay underfits again" in text


def test_regularisation_follows_its_sliders_and_the_others_stay(visit):
    app = visit("learn_overfitting")
    tiny, big, held = losses(app)
    app.slider(key="overfitting_dropout").set_value(0.0)
    app.select_slider(key="overfitting_decay").set_value(0.0)
    app = app.slider(key="overfitting_patience").set_value(0).run()
    found = losses(app)
    assert found[:2] == [tiny, big]
    assert found[2] > 1.5 * held


def test_patients_are_cross_validated_at_the_press_of_a_button(visit, monkeypatch):
    def quick(cohort, *, on_variant):
        on_variant("1 layer, dropout 0", 0.25)
        rng = np.random.default_rng(cohort.n)
        return {
            name: FoldScores(
                np.ones(20), 0.8 + rng.normal(0, 0.01, 20), 0.5 + layers + rng.normal(0, 0.01, 20)
            )
            for name, (layers, _) in VARIANTS.items()
        }

    monkeypatch.setattr("heart.ui.lessons.overfitting_patients.score_variants", quick)
    app = visit("learn_overfitting")
    assert "Without dropout the network is right" not in said(app)
    app = press(app, "Cross-validate the four networks")
    text = said(app)
    assert "Without dropout the network is right for **100.0\u00a0%** of the train patients" in text
    assert "A second layer, with dropout, by test log-loss: **hurts** (+1.0" in text
    assert app.table[0].value.index.tolist() == list(VARIANTS)
    assert "Cross-validate the four networks" not in [button.label for button in app.button]
