"""`export`: a bundle for other programs."""

from dataclasses import replace

import onnxruntime
import pytest
import safetensors.torch

from heart.bundle import load_bundle
from heart.bundle.calculator import export_calculator
from heart.bundle.onnx import OPSET, onnx_inputs
from heart.data import load_shipped
from heart.paths import SHIPPED_BUNDLE
from tests.support.running import OLD, answer

pytestmark = pytest.mark.usefixtures("registry")


def test_onnx_file_answers_as_the_bundle(tmp_path):
    told = answer("export", "second", "--out", tmp_path / "x.onnx")
    assert (told["opset"], told["bytes"]) == (OPSET, (tmp_path / "x.onnx").stat().st_size)
    bundle, features = load_bundle(OLD), load_shipped("switzerland").features
    (found,) = onnxruntime.InferenceSession(tmp_path / "x.onnx").run(
        None, onnx_inputs(features, bundle.preprocessor.features)
    )
    assert found == pytest.approx(bundle.predict_proba(features), abs=1e-5)


def test_safetensors_file_holds_the_bundles_weights(tmp_path):
    answer("export", "--format", "safetensors", "--out", tmp_path / "x.safetensors")
    state = load_bundle(SHIPPED_BUNDLE).network.state_dict()
    found = safetensors.torch.load_file(tmp_path / "x.safetensors")
    assert {name: tensor.tolist() for name, tensor in found.items()} == {
        name: tensor.tolist() for name, tensor in state.items()
    }


def test_calculator_is_one_page_of_the_bundle(tmp_path):
    told = answer("export", "second", "--out", tmp_path / "x.html")
    content = (tmp_path / "x.html").read_bytes()
    assert (told["format"], told["bytes"], told["explains"]) == ("html", len(content), True)
    assert content == export_calculator(replace(load_bundle(OLD), name="second"))
