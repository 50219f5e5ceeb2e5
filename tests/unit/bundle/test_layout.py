"""What a bundle may hold: every value, key and figure in its place, and the digest.

Each changed content is signed anew, so that only the check in question can refuse.
"""

import hashlib
import json
import math
from pathlib import Path

import pytest

from heart.bundle import load_bundle
from heart.bundle.layout import FIGURES, digest
from heart.bundle.reader import read_plain
from heart.errors import BundleError
from tests.support.bundles import KEYS, dump, put, sign

WRONG = [
    ("format", "other-bundle", "bundle.format"),
    ("format_version", 6, "format version 1 to 5, but found 6"),
    ("format_version", 4, "bundle.scaler.knots[0] to be a list of 3 to 17 items"),
    ("format_version", 3, "bundle.scaler to have the keys"),
    ("format_version", 2, "bundle to have the keys"),
    ("learnt", {}, "bundle.learnt to have the keys train, valid, test"),
    ("learnt.train.public", b"\0" * 114, "learnt.train.public to be 115 bytes"),
    ("learnt.train.public", b"\0" * 116, "learnt.train.public to be 115 bytes"),
    ("learnt.train.public", "0" * 115, "learnt.train.public to be 115 bytes"),
    ("learnt.train.others", -1, "learnt.train.others"),
    ("learnt.train.others", 1, "learnt.train to name its"),
    ("learnt.train.public", b"\0" * 115, "learnt.train to name its"),
    ("learnt.test.public", b"\xff" * 115, "learnt.test to name its"),
    ("format_version", 1, "bundle to have the keys"),
    ("recalibration.method", "magic", "recalibration.method"),
    ("recalibration.slope", 0.0, "recalibration.slope"),
    ("recalibration.slope", math.inf, "recalibration.slope"),
    ("recalibration.intercept", "0", "recalibration.intercept"),
    ("recalibration.knots", [[0.1, 0.2]], "at least two knots"),
    ("recalibration.method", "isotonic", "at least two knots"),
    ("recalibration.knots", [[0.1, 0.2]] * 600, "recalibration.knots"),
    ("threshold.at_least", 2.0, "threshold.at_least"),
    ("format_version", True, "bundle.format_version"),
    ("format_version", 1.0, "bundle.format_version"),
    ("name", "../evil", "bundle.name"),
    ("name", "a.b", "bundle.name"),
    ("name", "", "bundle.name"),
    ("name", "a" * 65, "bundle.name"),
    ("name", "a\n", "bundle.name"),
    ("name", "ä", "bundle.name"),
    ("name", b"small", "bundle.name"),
    ("created_at", "yesterday", "bundle.created_at"),
    ("created_at", "2024-05-01T12:00:00", "bundle.created_at"),
    ("features", [], "bundle.features"),
    ("features", {}, "bundle.features"),
    ("features.0.name", "weight", "features[0].name"),
    ("features.0.name", "chol", "each feature once"),
    ("features.0.kind", "label", "the feature age as this version defines it"),
    ("features.0.unit", "<b>", "features[0].unit"),
    ("features.0.unit", "days", "the feature age as this version defines it"),
    ("features.0.range", [0.0, 200.0], "the feature age as this version defines it"),
    ("features.0.training_range", [70.0, 30.0], "training range of age to ascend"),
    ("features.0.training_range", [math.nan, 30.0], "features[0].training_range[0]"),
    ("features.2.codes", [[0, "typical angina"]], "the feature cp as this version defines it"),
    ("scaler.scale.0", 0.0, "scaler.scale to be positive"),
    ("scaler.scale.0", -1.0, "scaler.scale to be positive"),
    ("scaler.scale.0", math.inf, "scaler.scale[0]"),
    ("scaler.mean.0", math.nan, "scaler.mean[0]"),
    ("scaler.mean.0", 54, "scaler.mean[0]"),
    ("scaler.mean.0", True, "scaler.mean[0]"),
    ("scaler.mean", [0.0] * 5, "scaler.mean to have 6 values"),
    ("scaler.median", [0.0] * 200, "scaler.median"),
    ("scaler.mean.0", 55.0, "golden patients"),
    ("encoders", {}, "one encoder for each category"),
    ("encoders.age", [1], "one encoder for each category"),
    ("encoders.cp", [1, 2, 4, 3], "classes of cp"),
    ("encoders.cp", [1, 1, 2, 3, 4], "classes of cp"),
    ("encoders.cp", [0, 1, 2, 3], "classes of cp"),
    ("encoders.cp", ["1", "2", "3", "4"], "classes of cp"),
    ("encoders.cp", [1, 2.0, 3, 4], "classes of cp"),
    ("encoders.sex", [False, True], "encoders.sex[0]"),
    ("encoders.sex", [0], "weights of the shapes"),
    ("encoders.cp", list(range(65)), "bundle.encoders.cp"),
    ("model", b"", "safetensors"),
    ("model", b"garbage" * 10, "safetensors"),
    ("model", "text", "bundle.model"),
    ("settings.members", 3, "weights of the shapes"),
    ("settings.members", True, "settings.members"),
    ("settings.members", 513, "settings.members"),
    ("settings.hidden", [9], "weights of the shapes"),
    ("settings.hidden", [8, 8], "weights of the shapes"),
    ("settings.hidden", [2000], "settings.hidden[0]"),
    ("settings.hidden", [8] * 5, "settings.hidden"),
    ("settings.linear_path", 1, "settings.linear_path"),
    ("settings.missing_flags", False, "weights of the shapes"),
    ("settings.categories", "codes", "weights of the shapes"),
    ("settings.recipe", "mine", "settings.recipe"),
    ("settings.device", "tpu", "settings.device"),
    ("settings.lr", 1, "settings.lr"),
    ("settings.epochs_run", 0, "settings.epochs_run"),
    ("threshold.value", 1.5, "threshold.value"),
    ("threshold.value", math.nan, "threshold.value"),
    ("threshold.value", 1, "threshold.value"),
    ("threshold.rule", "best", "threshold.rule"),
    ("threshold.cost_ratio", 0.0, "threshold.cost_ratio"),
    ("threshold.chosen_on", "test", "threshold.chosen_on"),
    ("metrics.test.n", 60, "confusion matrix of test"),
    ("metrics.test.confusion.tp", 0, "confusion matrix of test"),
    ("metrics.test.positives", 1000, "test: at most 61 positives"),
    ("metrics.holdout", {}, "bundle.metrics"),
    ("metrics.test.figures.roc_auc", [0.9, 0.8], "figures.roc_auc"),
    ("metrics.test.figures.roc_auc.0", math.inf, "figures.roc_auc[0]"),
    ("data.cohort", "<script>", "data.cohort"),
    ("data.cohort", "../x", "data.cohort"),
    ("data.n", -1, "data.n"),
    ("data.positives", 10**6, "data: at most 303 positives"),
    ("data.fingerprint", "xyz", "data.fingerprint"),
    ("golden", [], "bundle.golden"),
    ("golden.0.probability", 0.123, "golden patients' probabilities within 1e-05"),
    ("golden.0.probability", math.nan, "golden[0].probability"),
    ("golden.0.patient.age", 3, "possible values in the golden patients"),
    ("golden.0.patient", {}, "possible values in the golden patients"),
    ("golden.0.patient.weight", 70, "golden[0].patient"),
    ("versions.torch", "x" * 41, "versions.torch"),
    ("versions.torch", "<img>", "versions.torch"),
    ("sha256", "0" * 63, "bundle.sha256"),
]


@pytest.mark.parametrize(("place", "value", "words"), WRONG)
def test_wrong_value_is_refused_where_it_is(content, place, value, words):
    changed = put(content, place, value)
    with pytest.raises(BundleError) as caught:
        load_bundle(dump(changed) if place == "sha256" else sign(changed))
    assert words in str(caught.value)


def test_content_signed_anew_is_accepted(content, loaded):
    assert load_bundle(sign(put(content, "name", "other"))).name == "other"
    assert loaded.name == "small"


def test_changed_content_with_the_old_digest_is_refused(content):
    with pytest.raises(BundleError, match="matches its SHA-256"):
        load_bundle(dump(put(content, "threshold.value", 0.9)))


@pytest.mark.parametrize("key", KEYS)
def test_missing_key_is_refused_by_name(content, key):
    del content[key]
    with pytest.raises(BundleError, match=rf"missing \['{key}'\]|format version"):
        load_bundle(dump(content) if key == "sha256" else dump(content | {"sha256": "0" * 64}))


@pytest.mark.parametrize(
    "place",
    [
        "comment",
        "scaler.var",
        "settings.secret",
        "threshold.x",
        "data.rows",
        "golden.0.label",
        "versions.evil",
    ],
)
def test_extra_key_is_refused_by_name(content, place):
    with pytest.raises(BundleError, match=rf"extra \['{place.rpartition('.')[2]}'\]"):
        load_bundle(sign(put(content, place, "x")))


@pytest.mark.parametrize(
    "value",
    [
        None,
        1,
        "heart-bundle",
        [],
        {},
        {1: 2},
        {b"format": "heart-bundle"},
        [{"format": "heart-bundle"}],
    ],
)
def test_another_value_is_refused(value):
    with pytest.raises(BundleError, match=r"bundle to |keys that are text"):
        load_bundle(dump(value))


def test_digest_is_that_of_the_whole_json(content):
    rest = {key: value for key, value in content.items() if key != "sha256"}
    whole = json.dumps(rest, sort_keys=True, default=bytes.hex)
    assert digest(content) == hashlib.sha256(whole.encode()).hexdigest()


def test_digest_covers_everything_but_itself(content):
    assert content["sha256"] == digest(content) == digest({**content, "sha256": "0" * 64})
    assert digest({**content, "name": "other"}) != digest(content)


def test_metrics_have_every_figure_of_every_part(content):
    assert list(content["metrics"]) == ["train", "valid", "test"]
    assert {tuple(part["figures"]) for part in content["metrics"].values()} == {FIGURES}


@pytest.mark.parametrize(
    ("rule", "chosen_on", "is_possible"),
    [
        ("manual", "by hand", True),
        ("manual", "out-of-fold", True),  # as earlier versions wrote it
        ("bayes", "after test", True),
        ("f1", "after test", True),
        ("f1", "by hand", False),
        ("bayes", "by hand", False),
    ],
)
def test_threshold_says_what_it_was_chosen_on(content, rule, chosen_on, is_possible):
    threshold = content["threshold"] | {"rule": rule, "chosen_on": chosen_on}
    file = sign({**content, "threshold": threshold})
    if is_possible:
        assert load_bundle(file).threshold.chosen_on == chosen_on
    else:
        with pytest.raises(BundleError, match="a threshold"):
            load_bundle(file)


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        ("settings.pieces", 1, "settings.pieces"),
        ("settings.pieces", 3, "scaler.knots of age to be 4 values"),
        ("scaler.knots.0", [40.0, 60.0, 50.0], "rising scaler.knots of age"),
        ("scaler.knots.0", [28.0, 50.0, 60.0], "scaler.knots of age inside its training range"),
        ("scaler.knots.0", [40.0, 50.0, 77.5], "scaler.knots of age inside its training range"),
        ("scaler.knots.0", [40.0, math.nan, 60.0], r"scaler.knots\[0\]\[1\]"),
        ("scaler.knots", [[40.0, 50.0, 60.0]], "scaler.knots to have 6 values"),
        ("format_version", 3, "to have the keys"),
    ],
)
def test_wrong_pieces_are_refused(place, value, expected):
    content = read_plain(Path(__file__).with_name("version_4.joblib").read_bytes())
    with pytest.raises(BundleError, match=expected):
        load_bundle(sign(put(content, place, value)))


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        ("settings.ca_as", "category", "the feature ca as this version defines it"),
        ("settings.slope_as", "number", "the feature slope as this version defines it"),
        ("settings.slope_as", "neither", "settings.slope_as"),
        ("features.11.kind", "scale", "the feature ca as this version defines it"),
        ("features.11.training_range", [0.0, 2.0], "the training range of ca to be that of its"),
        ("features.11.training_range", None, "the training range of ca to be that of its"),
        ("features.0.training_range", [29.0, 50.0, 77.0], "a list of 2 to 2 items"),
        ("features.10.training_range", [1.0, 3.0], "no training range of the category slope"),
        ("encoders.ca", [0, 1, 2], "the training range of ca to be that of its"),
        ("scaler.mean.5", 3.1, "scaler.mean of ca inside its training range"),
        ("scaler.scale.5", 1e-9, "a scale of ca of at least"),
        ("scaler.knots.5", [0.0, 2.0, 1.0], "rising scaler.knots of ca"),
        ("scaler.knots.5", [0.0, 3.0], "scaler.knots of ca to be 3 values"),
    ],
)
def test_code_enters_as_the_settings_say_or_is_refused(place, value, expected):
    content = read_plain(Path(__file__).with_name("version_5.joblib").read_bytes())
    with pytest.raises(BundleError, match=expected):
        load_bundle(sign(put(content, place, value)))


def test_version_1_does_not_hold_what_came_later(content):
    with pytest.raises(BundleError, match="recalibration"):
        load_bundle(sign({**content, "format_version": 1}))
