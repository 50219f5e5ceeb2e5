"""The ONNX file answers as the bundle does, run by onnxruntime, which shares no code with it."""

from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
from onnx.reference import ReferenceEvaluator

from heart.bundle import load_bundle
from heart.bundle import onnx as module
from heart.bundle.golden import GOLDEN_PATIENTS
from heart.bundle.onnx import IR_VERSION, ML_OPSET, OPSET, TOLERANCE, export_onnx, onnx_inputs
from heart.config import Settings
from heart.data import SHIPPED, load_shipped
from heart.data.patients import frame_of_patients
from heart.errors import BundleError
from heart.experiments.run import run_experiment
from heart.paths import SHIPPED_BUNDLE
from heart.schema import FEATURES
from tests.support.bundles import NOON
from tests.support.networks import ISOTONIC, NETWORKS, PLATT, QUICK, TEMPERATURE


def answer(exported, frame):
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, onnx_inputs(frame, FEATURES))
    return found


def assert_same(bundle, frame):
    found, expected = answer(export_onnx(bundle), frame), bundle.predict_proba(frame)
    assert found.shape == expected.shape
    assert found.dtype == np.float32
    assert np.abs(found - expected).max() < TOLERANCE


@pytest.fixture(scope="module")
def everybody():
    """All 920 patients; two thirds miss a value."""
    return load_shipped("+".join(SHIPPED)).features


@pytest.fixture(scope="module")
def shipped():
    return load_bundle(SHIPPED_BUNDLE)


@pytest.fixture(scope="module")
def exported(shipped):
    return export_onnx(shipped)


@pytest.fixture(scope="module")
def session(exported):
    return onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("hospital", SHIPPED)
def test_shipped_model_answers_the_same_at_every_hospital(shipped, exported, hospital):
    frame = load_shipped(hospital).features
    assert np.abs(answer(exported, frame) - shipped.predict_proba(frame)).max() < TOLERANCE


@pytest.mark.parametrize("changes", NETWORKS.values(), ids=NETWORKS)
def test_every_network_answers_the_same(cleveland, everybody, changes):
    bundle = run_experiment(
        cleveland, Settings(**QUICK | changes), name="x", created_at=NOON
    ).bundle
    assert_same(bundle, everybody)


def test_lesson_recipe_answers_the_same(cleveland, everybody):
    settings = Settings(
        **QUICK
        | {
            "categories": "codes",
            "missing_flags": False,
            "complete_rows": True,
            "linear_path": False,
        }
    )
    assert_same(run_experiment(cleveland, settings, name="x", created_at=NOON).bundle, everybody)


def test_feature_that_training_never_had_is_missing_in_both(small, everybody):
    bundle = run_experiment(load_shipped("switzerland"), small, name="x", created_at=NOON).bundle
    assert np.isnan(bundle.preprocessor.training_range_).any()
    assert_same(bundle, everybody)


@pytest.mark.parametrize("recalibration", [PLATT, TEMPERATURE, ISOTONIC], ids=lambda r: r.method)
def test_recalibration_is_inside(bundle, everybody, recalibration):
    recalibrated = replace(bundle, recalibration=recalibration)
    assert not np.allclose(
        recalibrated.predict_proba(everybody), bundle.predict_proba(everybody), atol=0.01
    )
    assert_same(recalibrated, everybody)


@pytest.mark.parametrize("name", [f.name for f in FEATURES])
def test_single_known_value_and_all_others_missing_answer_the_same(shipped, exported, name):
    known = next(f for f in FEATURES if f.name == name)
    values = [code for code, _ in known.codes] or [known.minimum, known.maximum]
    frame = frame_of_patients([{name: value} for value in values])
    assert np.abs(answer(exported, frame) - shipped.predict_proba(frame)).max() < TOLERANCE


def test_patient_of_whom_nothing_is_known_answers_the_same(shipped, exported):
    frame = load_shipped("cleveland").features.head(1)
    nothing = frame.assign(
        **{name: pd.Series([None], index=frame.index, dtype=frame[name].dtype) for name in frame}
    )
    assert np.abs(answer(exported, nothing) - shipped.predict_proba(nothing)).max() < TOLERANCE


@pytest.mark.parametrize("text", ["4", "4.0", "asymptomatic", "Asymptomatic", "ASYMPTOMATIC"])
def test_category_may_come_as_code_or_label(exported, shipped, text):
    patient = frame_of_patients([{"age": 60, "cp": 4}])
    inputs = onnx_inputs(patient, FEATURES) | {"cp": np.array([[text]], dtype=object)}
    (found,) = onnxruntime.InferenceSession(exported).run(None, inputs)
    assert found == pytest.approx(shipped.predict_proba(patient), abs=TOLERANCE)


@pytest.mark.parametrize(
    "entry", [f for f in FEATURES if f.encoding == "label"], ids=lambda f: f.name
)
def test_every_code_may_be_written_in_the_usual_ways(session, shipped, entry):
    written = [
        (code, text)
        for code, label in entry.codes
        for text in (str(code), label, label.upper(), label.capitalize(), label.title())
    ]
    patients = frame_of_patients([{"age": 60, entry.name: code} for code, _ in written])
    texts = np.array([[text] for _, text in written], dtype=object)
    (found,) = session.run(None, onnx_inputs(patients, FEATURES) | {entry.name: texts})
    assert found == pytest.approx(shipped.predict_proba(patients), abs=TOLERANCE)


def test_number_that_stands_for_not_measured_is_missing_in_both(exported, shipped):
    patients = frame_of_patients([{"age": 60}, {"age": 60, "thalach": 150}])
    zeros = patients.assign(chol=0.0, trestbps=0.0)
    assert np.array_equal(shipped.predict_proba(zeros), shipped.predict_proba(patients))
    assert answer(exported, zeros) == pytest.approx(answer(exported, patients), abs=TOLERANCE)


CATEGORIES = [f.name for f in FEATURES if f.encoding == "label"]


@pytest.mark.parametrize(
    ("absent", "categories"),
    [(["ca", "thal"], "embedding"), (CATEGORIES, "embedding"), (["sex"], "codes")],
)
def test_category_that_training_never_had_is_missing_in_both(
    cleveland, everybody, absent, categories
):
    frame = cleveland.frame
    empty = {
        name: pd.Series([None], index=[1], dtype=frame[name].dtype).reindex(frame.index)
        for name in absent
    }
    cohort = replace(cleveland, frame=frame.assign(**empty))
    settings = Settings(**QUICK | {"categories": categories})
    bundle = run_experiment(cohort, settings, name="x", created_at=NOON).bundle
    assert [len(bundle.preprocessor.encoders_[name].classes_) for name in absent] == [0] * len(
        absent
    )
    assert_same(bundle, everybody)


@pytest.mark.parametrize("text", ["", "9", "Asymptomatisch", "<script>", " 4", "aSymptomatic"])
def test_category_that_is_not_known_is_read_as_unknown(exported, shipped, text):
    patient = frame_of_patients([{"age": 60}])
    inputs = onnx_inputs(patient, FEATURES) | {"cp": np.array([[text]], dtype=object)}
    (found,) = onnxruntime.InferenceSession(exported).run(None, inputs)
    assert found == pytest.approx(shipped.predict_proba(patient), abs=TOLERANCE)


def test_file_says_what_it_is(exported, shipped):
    model = onnx.load_from_string(exported)
    assert {entry.domain: entry.version for entry in model.opset_import} == {
        "": OPSET,
        "ai.onnx.ml": ML_OPSET,
    }
    assert (model.ir_version, IR_VERSION, OPSET, ML_OPSET) == (8, 8, 18, 3)  # those of onnx 1.13
    assert model.producer_name == "heart"
    properties = {entry.key: entry.value for entry in model.metadata_props}
    assert (properties["name"], properties["created_at"]) == (shipped.name, shipped.created_at)
    assert properties["cohort"] == "cleveland"
    assert properties["cohort_fingerprint"] == shipped.data.fingerprint
    assert properties["heart_version"] == shipped.versions["heart"]
    assert float(properties["threshold"]) == shipped.threshold.value
    assert [entry.name for entry in model.graph.input] == [f.name for f in FEATURES]
    told = [entry.doc_string for entry in model.graph.input]
    assert told == [f"{f.title}: {f.domain}" for f in FEATURES]
    (output,) = model.graph.output
    assert (output.name, output.doc_string) == ("probability", "of heart disease")


def test_export_that_would_answer_otherwise_is_refused(bundle, monkeypatch):
    monkeypatch.setattr("heart.bundle.onnx.EDGE", 0.4)  # a mistake in the graph, not in the bundle
    with pytest.raises(BundleError, match="the ONNX graph to answer within 1e-05"):
        export_onnx(replace(bundle, recalibration=PLATT))


def test_answer_may_differ_by_the_tolerance_itself(shipped, exported, monkeypatch):
    model = onnx.load_from_string(exported)
    frame = frame_of_patients(GOLDEN_PATIENTS)
    answers = ReferenceEvaluator(model).run(None, onnx_inputs(frame, FEATURES))[0]
    largest = float(np.abs(answers - shipped.predict_proba(frame)).max())
    monkeypatch.setattr(module, "TOLERANCE", largest)
    module._check_golden(model, shipped)
    monkeypatch.setattr(module, "TOLERANCE", np.nextafter(largest, 0))
    with pytest.raises(BundleError, match="the ONNX graph to answer within"):
        module._check_golden(model, shipped)
