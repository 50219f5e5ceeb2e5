"""Weights: float32 safetensors, and everything else refused."""

import math

import numpy as np
import pytest
import safetensors.torch
import torch

from heart.bundle import load_bundle, serialise_bundle
from heart.bundle.rules import MOST_DEVIATIONS
from heart.bundle.weights import MAX_WEIGHT
from heart.config import Settings
from heart.data.patients import frame_of_patients
from heart.errors import BundleError
from heart.experiments.run import run_experiment
from tests.support.bundles import NOON, put, sign


def test_weights_are_float32_safetensors(content, bundle):
    state = safetensors.torch.load(content["model"])
    assert set(state) == set(bundle.network.state_dict())
    assert {tensor.dtype for tensor in state.values()} == {torch.float32}
    assert all(
        torch.equal(state[name], tensor) for name, tensor in bundle.network.state_dict().items()
    )


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
