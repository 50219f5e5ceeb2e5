"""Bundles as files: the round trip through a fresh process, every released version, writing."""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch
from sklearn.preprocessing import LabelEncoder, StandardScaler

from heart.bundle import load_bundle, save_bundle, serialise_bundle
from heart.bundle.layout import READABLE
from heart.bundle.reader import read_plain
from heart.config import get_recipe
from heart.data import load_shipped
from heart.errors import BundleError
from heart.evaluation.decisions import least_known
from heart.evaluation.recalibration import MIN_GAP, Recalibration
from heart.evaluation.thresholds import ThresholdChoice
from heart.experiments.run import run_experiment
from tests.support.bundles import KEYS, NOON, put, sign, weights_of

ROOT = Path(__file__).resolve().parents[3]
VERSION_2_PREDICTS = [
    0.312406707520103,
    0.28658455918826303,
    0.28836025868481674,
]  # for the first Hungarian patients, when it was written

PREDICT = """
import json, sys
from heart.bundle import load_bundle
from heart.data import load_shipped
from heart.data.patients import frame_of_patients
bundle = load_bundle(sys.argv[1])
cohorts = map(load_shipped, sys.argv[2:])
print(json.dumps([bundle.predict_proba(cohort.features).tolist() for cohort in cohorts]))
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


# the round trip


def test_fresh_process_predicts_what_the_training_process_predicted(bundle, path):
    cohorts = ["cleveland", "va_long_beach"]
    for cohort, there in zip(cohorts, in_a_fresh_process(PREDICT, path, *cohorts), strict=True):
        here = bundle.predict_proba(load_shipped(cohort).features).tolist()
        assert there == pytest.approx(here, abs=1e-6), cohort


def test_joblib_reads_plain_values_without_torch_sklearn_or_heart(path, tmp_path):
    keys, kinds, loaded_libraries = in_a_fresh_process(WALK, path, folder=tmp_path)
    assert keys == KEYS
    assert set(kinds) <= {
        f"builtins.{name}"
        for name in ("str", "int", "float", "bool", "NoneType", "list", "dict", "bytes")
    }
    assert loaded_libraries == []


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
    assert loaded.needed == least_known(13, masking=loaded.settings.masking)


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


def test_newest_format_is_written_only_for_what_needs_it(bundle):
    older, bent = (
        load_bundle(Path(__file__).with_name(f"version_{version}.joblib")) for version in (3, 4)
    )
    contents = [read_plain(serialise_bundle(each)) for each in (older, bent, bundle)]
    assert [content["format_version"] for content in contents] == [3, 5, 5]
    assert np.array_equal(contents[1]["scaler"]["knots"], bent.preprocessor.knots_)
    assert set(map(tuple, contents[2]["scaler"]["knots"])) == {()}
    of_kind = {entry["name"]: entry["kind"] for entry in contents[2]["features"]}
    assert (of_kind["slope"], of_kind["ca"]) == ("label", "both")


def test_whom_versions_1_and_2_learnt_from_is_made_again_and_version_3_says_it():
    by_version = [
        load_bundle(Path(__file__).with_name(f"version_{version}.joblib")).learnt
        for version in (1, 2, 3)
    ]
    assert [learnt.hospitals for learnt in by_version] == [
        {"cleveland": 303},
        {"cleveland": 303},
        {"cleveland": 200},
    ]
    assert [learnt.others for learnt in by_version] == [0, 0, 19]


@pytest.mark.parametrize("path", ["data.fingerprint", "metrics"])
def test_old_bundle_that_tells_of_other_patients_is_not_believed(path):
    file = Path(__file__).with_name("version_2.joblib")
    content = read_plain(file.read_bytes())
    if path == "metrics":  # as many as 61 patients fewer
        content["metrics"]["test"] |= {"n": 0, "positives": 0}
        content["metrics"]["test"]["confusion"] = dict.fromkeys(("tn", "fp", "fn", "tp"), 0)
    else:
        content = put(content, path, "0" * 64)
    assert load_bundle(sign(content)).learnt is None


def test_file_over_the_limit_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "large.csv"
    with file.open("wb") as sparse:
        sparse.truncate(2**30)
    with pytest.raises(BundleError, match=r"1024\.0 MiB"):
        load_bundle(file)


STEEP = [5e-324, 1e-320, 1e-310, 1e-308, 1e-300, 1e-100, 1e-17, 1e-16, 1e-12, 1e-3]


def with_steps(content, *knots):
    """The content with these isotonic steps and the golden answers that they give."""
    steps = {"method": "isotonic", "slope": 1.0, "intercept": 0.0, "patients": 1200}
    content["recalibration"] = steps | {"knots": [list(knot) for knot in knots]}
    before, after = np.array(knots).T
    for entry in content["golden"]:
        entry["probability"] = float(np.interp(entry["probability"], before, after))
    return content


@pytest.mark.parametrize("gap", STEEP)
@pytest.mark.parametrize("start", [0.0, 1e-310])
def test_isotonic_steps_are_refused_or_give_a_probability_everywhere(content, gap, start):
    steps = sign(with_steps(content, (start, 0.1), (start + gap, 0.9), (1.0, 0.95)))
    if gap < MIN_GAP:
        with pytest.raises(BundleError, match="knots of the recalibration at least 1e-16 apart"):
            load_bundle(steps)
        return
    bundle = load_bundle(steps)
    scores = np.array([0.0, gap / 3, gap / 2, start, start + gap / 2, start + gap, 0.5, 1.0])
    assert np.isfinite(bundle.recalibration.apply(scores)).all()
    assert np.isfinite(bundle.predict_proba(load_shipped("cleveland").features)).all()


def interpolate(recalibration, y_score):
    return np.interp(y_score, *np.array(recalibration.knots).T)


def test_steps_that_a_bound_missed_are_seen_when_a_bundle_is_loaded(content, monkeypatch):
    monkeypatch.setattr("heart.bundle.rules.MIN_GAP", 0.0)
    monkeypatch.setattr(Recalibration, "apply", interpolate)  # without its ends
    steps = with_steps(content, (0.0, 0.1), (1e-310, 0.9), (1.0, 0.95))
    with pytest.raises(BundleError, match="a probability for every possible patient"):
        load_bundle(sign(steps))


def test_weights_that_a_bound_missed_are_seen_when_a_bundle_is_loaded(content, monkeypatch):
    monkeypatch.setattr("heart.bundle.weights.MAX_WEIGHT", 1e39)
    weights = safetensors.torch.load(content["model"])
    huge = {
        name: torch.full_like(tensor, 3e38 * (-1) ** number)
        for number, (name, tensor) in enumerate(weights.items())
    }
    content["model"] = safetensors.torch.save(huge)
    with pytest.raises(BundleError, match="a probability for every possible patient"):
        load_bundle(sign(content))


def test_extremes_have_every_code_and_every_end(bundle):
    numeric, codes = bundle.preprocessor.extremes()
    assert [set(column) for column in codes.T] == [
        set(range(size)) for size in bundle.preprocessor.cardinalities
    ]
    scaler = bundle.preprocessor.scaler_
    ends = [[f.minimum, f.maximum] for f in bundle.preprocessor.numbers]
    scaled = (np.array(ends).T - scaler.mean_) / scaler.scale_
    for column, end in zip(numeric.T, scaled.T, strict=False):
        assert (column.min(), column.max()) == pytest.approx(tuple(end))


def test_file_at_the_limit_is_read_and_one_byte_more_is_not(monkeypatch, bundle_bytes, tmp_path):
    file = tmp_path / "limit.joblib"
    file.write_bytes(bundle_bytes)
    monkeypatch.setattr("heart.bundle.storage.MAX_BYTES", len(bundle_bytes))
    assert load_bundle(file).name == "small"
    monkeypatch.setattr("heart.bundle.storage.MAX_BYTES", len(bundle_bytes) - 1)
    with pytest.raises(BundleError, match="a bundle of at most"):
        load_bundle(file)


def test_limit_is_told_in_mebibytes(monkeypatch, tmp_path):
    file = tmp_path / "large.joblib"
    file.write_bytes(bytes(3 * 2**20 + 2**19))
    monkeypatch.setattr("heart.bundle.storage.MAX_BYTES", 2 * 2**20)
    with pytest.raises(BundleError, match=r"at most 2 MiB.*3\.5 MiB"):
        load_bundle(file)


def test_bundle_that_would_not_load_is_not_written(monkeypatch, bundle):
    monkeypatch.setattr("heart.bundle.storage.GOLDEN_TOLERANCE", -1.0)
    with pytest.raises(BundleError, match="golden patients"):
        serialise_bundle(bundle)


def test_members_stand_beside_their_mean(bundle, cleveland):
    members, frame = bundle.predict_members(cleveland.features), cleveland.features
    assert members.shape == (2, 303)
    assert members.mean(axis=0) == pytest.approx(bundle.predict_proba(frame), abs=1e-6)
