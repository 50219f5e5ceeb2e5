"""The bundle: what is in it, the round trip through a fresh process, its checks, and writing it."""

import dataclasses
import hashlib
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import safetensors.torch
import torch
from sklearn.preprocessing import LabelEncoder, StandardScaler

from heart.bundle import load_bundle, save_bundle, serialise_bundle
from heart.bundle.layout import FIGURES, READABLE, digest
from heart.bundle.reader import read_plain
from heart.bundle.rules import MOST_DEVIATIONS
from heart.bundle.weights import MAX_WEIGHT
from heart.config import Settings, get_recipe
from heart.data import load_shipped
from heart.data.patients import frame_of_patients
from heart.errors import BundleError
from heart.evaluation.thresholds import ThresholdChoice
from heart.experiments.run import run_experiment
from heart.schema import FEATURE_NAMES
from tests.support.bundles import NOON, dump, put, sign, weights_of

ROOT = Path(__file__).resolve().parents[3]
VERSION_2_PREDICTS = [
    0.312406707520103,
    0.28658455918826303,
    0.28836025868481674,
]  # for the first Hungarian patients, when it was written
KEYS = [
    "format",
    "format_version",
    "name",
    "created_at",
    "features",
    "scaler",
    "encoders",
    "model",
    "settings",
    "threshold",
]
KEYS += ["recalibration", "metrics", "data", "golden", "versions", "sha256"]

PREDICT = """
import json, sys
from heart.bundle import load_bundle
from heart.data import load_shipped
from heart.data.patients import frame_of_patients
print(json.dumps(load_bundle(sys.argv[1]).predict_proba(load_shipped(sys.argv[2]).features).tolist()))
"""
WALK = """
import json, sys
import joblib
kinds = set()
def walk(value):
    kinds.add(type(value).__module__ + "." + type(value).__name__)
    members = [*value, *value.values()] if isinstance(value, dict) else value
    for inner in members if isinstance(value, dict | list) else []:
        walk(inner)
content = joblib.load(sys.argv[1])
walk(content)
loaded = {"torch", "sklearn", "heart"} & set(sys.modules)
print(json.dumps([list(content), sorted(kinds), sorted(loaded)]))
"""


def in_a_fresh_process(script, *arguments, folder=ROOT):
    command = [sys.executable, "-c", script, *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def path(bundle, tmp_path_factory):
    return save_bundle(bundle, tmp_path_factory.mktemp("bundle") / "small.joblib")


@pytest.fixture(scope="module")
def loaded(bundle_bytes):
    return load_bundle(bundle_bytes)


# the round trip


@pytest.mark.parametrize("cohort", ["cleveland", "va_long_beach"])
def test_fresh_process_predicts_what_the_training_process_predicted(bundle, path, cohort):
    found = in_a_fresh_process(PREDICT, path, cohort)
    assert found == pytest.approx(
        bundle.predict_proba(load_shipped(cohort).features).tolist(), abs=1e-6
    )


def test_joblib_reads_plain_values_without_torch_sklearn_or_heart(path, tmp_path):
    keys, kinds, loaded_libraries = in_a_fresh_process(WALK, path, folder=tmp_path)
    assert keys == KEYS
    assert set(kinds) <= {
        f"builtins.{name}"
        for name in ("str", "int", "float", "bool", "NoneType", "list", "dict", "bytes")
    }
    assert loaded_libraries == []


def test_weights_are_float32_safetensors(content, bundle):
    state = safetensors.torch.load(content["model"])
    assert set(state) == set(bundle.network.state_dict())
    assert {tensor.dtype for tensor in state.values()} == {torch.float32}
    assert all(
        torch.equal(state[name], tensor) for name, tensor in bundle.network.state_dict().items()
    )


def test_loaded_bundle_is_the_saved_one(bundle, loaded, cleveland):
    for name in (
        "name",
        "created_at",
        "settings",
        "epochs_run",
        "device_used",
        "threshold",
        "metrics",
        "data",
        "versions",
    ):
        assert getattr(loaded, name) == getattr(bundle, name)
    assert np.array_equal(weights_of(loaded.network), weights_of(bundle.network))
    assert np.array_equal(
        loaded.predict_members(cleveland.features), bundle.predict_members(cleveland.features)
    )


def test_loaded_bundle_holds_the_real_objects(bundle, loaded, cleveland):
    numbers = cleveland.features[
        ["age", "trestbps", "chol", "thalach", "oldpeak", "slope"]
    ].to_numpy()
    assert type(loaded.preprocessor.scaler_) is StandardScaler
    assert np.array_equal(
        loaded.preprocessor.scaler_.transform(numbers),
        bundle.preprocessor.scaler_.transform(numbers),
    )
    assert {type(encoder) for encoder in loaded.preprocessor.encoders_.values()} == {LabelEncoder}
    assert loaded.preprocessor.encoders_["thal"].inverse_transform([0, 1, 2]).tolist() == [
        "fixed",
        "normal",
        "reversible",
    ]
    found = [
        preprocessor.find_problems(cleveland.features)
        for preprocessor in (loaded.preprocessor, bundle.preprocessor)
    ]
    assert np.array_equal(*found)
    assert not loaded.network.training


def test_second_round_trip_gives_the_same_content(content, loaded):
    assert read_plain(serialise_bundle(loaded)) == content


def test_lesson_survives_the_round_trip(cleveland):
    bundle = run_experiment(
        cleveland, get_recipe("lesson", max_epochs=3, device="cpu"), name="lesson", created_at=NOON
    ).bundle
    again = load_bundle(serialise_bundle(bundle))
    assert np.array_equal(
        again.predict_proba(cleveland.features), bundle.predict_proba(cleveland.features)
    )
    assert again.settings == bundle.settings


def test_cohort_without_cholesterol_survives_the_round_trip(small):
    swiss = load_shipped("switzerland")
    bundle = run_experiment(swiss, small, name="swiss", created_at=NOON).bundle
    again = load_bundle(serialise_bundle(bundle))
    assert np.array_equal(again.predict_proba(swiss.features), bundle.predict_proba(swiss.features))
    assert np.isnan(again.preprocessor.training_range_[2]).all()


def test_new_threshold_makes_another_bundle(bundle):
    choice = ThresholdChoice(0.5, "manual", 2.0, "valid")
    changed = bundle.with_threshold(choice, bundle.metrics)
    assert load_bundle(serialise_bundle(changed)).threshold == choice
    assert bundle.threshold.value == pytest.approx(1 / 3)


@pytest.mark.parametrize("shipped", sorted(ROOT.glob("models/*.joblib")), ids=lambda p: p.name)
def test_shipped_bundle_loads_and_knows_its_cohort(shipped):
    data = load_bundle(shipped).data
    cohort = load_shipped(data.cohort)
    assert data == (cohort.name, cohort.n, cohort.positives, cohort.fingerprint)


# what is in it


def rows_in(value):
    """Every run of plain values in a bundle that could be a patient."""
    if isinstance(value, dict | list):
        items = list(value.values()) if isinstance(value, dict) else value
        yield tuple(items)
        for inner in items:
            yield from rows_in(inner)


def test_no_patient_is_inside(content, cleveland):
    patients = {
        tuple(None if pd.isna(v) else v for v in row)
        for row in cleveland.features.itertuples(index=False)
    }
    rows = [
        row
        for row in rows_in(content)
        if len(row) >= len(FEATURE_NAMES) and not any(isinstance(v, dict | list) for v in row)
    ]
    assert len(rows) == 5  # the golden patients are found
    assert not {row[:13] for row in rows} & patients


def test_golden_patients_are_nobody_in_any_hospital(content):
    golden = pd.DataFrame([entry["patient"] for entry in content["golden"]])[
        ["age", "trestbps", "chol", "thalach"]
    ].dropna()
    for name in ("cleveland", "hungary", "switzerland", "va_long_beach"):
        assert golden.astype(float).merge(load_shipped(name).frame[golden.columns]).empty


def test_no_number_in_it_counts_the_patients_one_by_one(content):
    lengths = [len(row) for row in rows_in(content)]
    assert max(lengths) < 25  # the shortest list of the train part would have 193


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


def test_golden_probabilities_are_the_bundles(content, bundle):
    frame = pd.DataFrame([entry["patient"] for entry in content["golden"]], columns=FEATURE_NAMES)
    frame = frame.astype(load_shipped("cleveland").features.dtypes.to_dict())
    assert [entry["probability"] for entry in content["golden"]] == pytest.approx(
        bundle.predict_proba(frame).tolist(), abs=1e-6
    )


# its checks: a digest that fits, so that only the check in question can refuse

WRONG = [
    ("format", "other-bundle", "bundle.format"),
    ("format_version", 3, "format version 1 or 2, but found 3"),
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


def spoil_first(state, change):
    name = next(iter(state))
    return {**state, name: change(state[name])}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda state: spoil_first(state, lambda t: t * math.nan), "finite float32 weights"),
        (lambda state: spoil_first(state, lambda t: t + math.inf), "finite float32 weights"),
        (lambda state: spoil_first(state, lambda t: t.double()), "finite float32 weights"),
        (lambda state: spoil_first(state, lambda t: t.half()), "finite float32 weights"),
        (lambda state: spoil_first(state, lambda t: t[:1].contiguous()), "weights of the shapes"),
        (lambda state: spoil_first(state, lambda t: t.flatten()), "weights of the shapes"),
        (lambda state: dict(list(state.items())[1:]), "weights of the shapes"),
        (lambda state: {**state, "extra": torch.zeros(1)}, "weights of the shapes"),
        (
            lambda state: {f"{name}_": tensor for name, tensor in state.items()},
            "weights of the shapes",
        ),
        (lambda state: {name: tensor + 0.1 for name, tensor in state.items()}, "golden patients"),
    ],
    ids=[
        "nan",
        "inf",
        "float64",
        "float16",
        "fewer members",
        "flat",
        "one missing",
        "one more",
        "other names",
        "other weights",
    ],
)
def test_wrong_weights_are_refused(content, change, words):
    model = safetensors.torch.save(change(safetensors.torch.load(content["model"])))
    with pytest.raises(BundleError, match=words):
        load_bundle(sign(put(content, "model", model)))


def test_largest_weights_and_smallest_scales_that_are_allowed_still_give_a_probability(cleveland):
    settings = Settings(members=2, hidden=(256, 256, 256, 256), max_epochs=1, device="cpu")
    bundle = run_experiment(cleveland, settings, name="x", created_at=NOON).bundle
    with torch.no_grad():
        for number, parameter in enumerate(bundle.network.parameters()):
            parameter.fill_(MAX_WEIGHT * (-1) ** number)
    for place, feature in enumerate(bundle.preprocessor.numbers):
        furthest = max(
            abs(limit - bundle.preprocessor.scaler_.mean_[place])
            for limit in (feature.minimum, feature.maximum)
        )
        bundle.preprocessor.scaler_.scale_[place] = furthest / MOST_DEVIATIONS
    extremes = [
        {f.name: getattr(f, end) for f in bundle.preprocessor.numbers}
        for end in ("minimum", "maximum")
    ] + [{"sex": 1}]
    assert np.isfinite(bundle.predict_proba(frame_of_patients(extremes))).all()
    assert load_bundle(serialise_bundle(bundle)).name == "x"


def test_weights_of_another_kind_are_refused_before_memory_is_taken(content):
    content["settings"] |= {
        "members": 512,
        "hidden": [256, 256, 256, 256],
    }  # half a gigabyte, if it were made
    with pytest.raises(BundleError, match="weights of the shapes"):
        load_bundle(sign(content))


def test_cuda_where_there_is_none_is_refused(monkeypatch, bundle_bytes):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(BundleError, match="a CUDA device"):
        load_bundle(bundle_bytes, device="cuda")


def test_file_that_cannot_be_read_is_refused(tmp_path):
    with pytest.raises(BundleError, match="No such file"):
        load_bundle(tmp_path / "absent.joblib")
    with pytest.raises(BundleError, match="Is a directory"):
        load_bundle(tmp_path)


# writing


def names_in(folder):
    return sorted(p.name for p in folder.iterdir())


def test_saving_returns_the_path_and_leaves_one_file(bundle, bundle_bytes, tmp_path):
    path = save_bundle(bundle, str(tmp_path / "a.joblib"))
    assert path == tmp_path / "a.joblib"
    assert names_in(tmp_path) == ["a.joblib"]
    assert path.read_bytes() == bundle_bytes


def test_saving_replaces_the_old_file(bundle, bundle_bytes, tmp_path):
    (tmp_path / "a.joblib").write_bytes(b"old")
    save_bundle(bundle, tmp_path / "a.joblib")
    assert (tmp_path / "a.joblib").read_bytes() == bundle_bytes


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_failed_saving_leaves_the_old_file_and_no_other(monkeypatch, bundle, tmp_path, step):
    (tmp_path / "a.joblib").write_bytes(b"old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(BundleError, match="No space left"):
        save_bundle(bundle, tmp_path / "a.joblib")
    assert names_in(tmp_path) == ["a.joblib"]
    assert (tmp_path / "a.joblib").read_bytes() == b"old"


def test_interrupted_saving_leaves_the_old_file_and_no_other(monkeypatch, bundle, tmp_path):
    (tmp_path / "a.joblib").write_bytes(b"old")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        save_bundle(bundle, tmp_path / "a.joblib")
    assert names_in(tmp_path) == ["a.joblib"]
    assert (tmp_path / "a.joblib").read_bytes() == b"old"


def test_folder_that_cannot_be_written_is_refused(bundle, tmp_path):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "taken.joblib").mkdir()
    for target, words in [
        ("absent/a.joblib", "No such file"),
        ("file/a.joblib", "Not a directory"),
        ("taken.joblib", "Is a directory"),
    ]:
        with pytest.raises(BundleError, match=words):
            save_bundle(bundle, tmp_path / target)
    assert names_in(tmp_path) == ["file", "taken.joblib"]


@pytest.mark.parametrize("name", ["a.pkl", "a", "a.joblib.exe", ".joblib"])
def test_file_name_without_its_ending_is_refused(bundle, tmp_path, name):
    with pytest.raises(BundleError, match=r"ends in \.joblib"):
        save_bundle(bundle, tmp_path / name)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("name", ["", "a b", "../a", "a.b", "x" * 65])
def test_bundle_with_a_bad_name_is_not_written(bundle, tmp_path, name):
    with pytest.raises(BundleError, match=r"bundle\.name"):
        save_bundle(dataclasses.replace(bundle, name=name), tmp_path / "a.joblib")
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("version", READABLE)
def test_bundle_of_every_released_format_version_is_still_read(version):
    # loading compares its golden patients; each file was written when its version was new
    path = Path(__file__).with_name(f"version_{version}.joblib")
    assert read_plain(path.read_bytes())["format_version"] == version
    old, hungary = load_bundle(path), load_shipped("hungary").features
    again = load_bundle(serialise_bundle(old))
    assert again.predict_proba(hungary) == pytest.approx(old.predict_proba(hungary))
    assert again.threshold == old.threshold


def test_version_1_has_no_recalibration_and_version_2_has():
    first, second = (
        load_bundle(Path(__file__).with_name(f"version_{version}.joblib")) for version in (1, 2)
    )
    assert (first.recalibration.method, first.threshold.at_least) == ("none", None)
    assert (second.recalibration, second.threshold.at_least) == (("platt", 0.9, 0.1, (), 242), 0.9)
    assert second.predict_proba(load_shipped("hungary").features)[:3] == pytest.approx(
        VERSION_2_PREDICTS, abs=1e-6
    )


def test_version_1_does_not_hold_what_came_later(content):
    with pytest.raises(BundleError, match="recalibration"):
        load_bundle(sign({**content, "format_version": 1}))


def test_file_over_the_limit_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "large.csv"
    with file.open("wb") as sparse:
        sparse.truncate(2**30)
    with pytest.raises(BundleError, match=r"1024\.0 MiB"):
        load_bundle(file)
