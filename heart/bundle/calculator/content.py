"""What the calculator's script reads: features, folded weights, recalibration and words, as plain
values.

Shapes: M members, R rows that the first layer reads (numbers, pieces, flags, codes), H units of a
member's first hidden layer (1 without one), C columns: M * H, and M more for the direct path.
"""

from __future__ import annotations

import base64
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from heart.bundle.bundle import Bundle
from heart.bundle.calculator.words import write_words
from heart.bundle.golden import GOLDEN_PATIENTS
from heart.data.patients import frame_of_patients
from heart.evaluation.calibration import EDGE
from heart.evaluation.decisions import CLOSE, DIVIDED
from heart.evaluation.members import find_ends
from heart.model.inference import FoldedNetwork
from heart.model.network import HeartMLP
from heart.model.pieces import piece_factors
from heart.model.preprocessing import HeartPreprocessor
from heart.model.problems import PROBLEM_WORDS, describe_range
from heart.schema import Feature
from heart.shares import write_share
from heart.units import CONVERSIONS, MG_DL, UNITS

TOLERANCE = 1e-6
"""Of a probability: how near the calculator is to the bundle, which calculates in float32."""


def describe_model(bundle: Bundle) -> dict[str, Any]:
    """All that the page's script needs, as str, int, float, bool, None, list and dict."""
    folded = FoldedNetwork(bundle.network)
    recalibration = bundle.recalibration
    return {
        "features": _describe_features(bundle.preprocessor, folded),
        "network": _describe_network(folded, bundle.preprocessor),
        "recalibration": {
            "method": recalibration.method,
            "slope": recalibration.slope,
            "intercept": recalibration.intercept,
            "knots": [list(knot) for knot in recalibration.knots],
        },
        "edge": EDGE,
        "threshold": bundle.threshold.value,
        "decisions": {
            "needed": bundle.needed,
            "readable": len(bundle.preprocessor.readable),
            "divided": DIVIDED,
            "close": CLOSE,
        },
        "threshold_text": write_share(bundle.threshold.value),
        "explained": bundle.settings.masking > 0,
        "golden": _describe_golden(bundle, folded),
        "tolerance": TOLERANCE,
        "spread": list(find_ends(folded.members)),
        "problems": dict(PROBLEM_WORDS),
        "words": write_words(bundle),
    }


def _describe_features(
    preprocessor: HeartPreprocessor, folded: FoldedNetwork
) -> list[dict[str, Any]]:
    """The model's features in the schema's words, with what the preprocessor learnt of each."""
    numbers = {
        f.name: _describe_number(preprocessor, j) for j, f in enumerate(preprocessor.numbers)
    }
    categories = {
        f.name: {
            "row": preprocessor.n_numeric
            + (j if folded.offsets is None else int(folded.offsets[j])),
            "classes": preprocessor.encoders_[f.name].classes_.tolist(),
        }
        for j, f in enumerate(preprocessor.categories)
    }
    ranges = preprocessor.ranges
    return [
        _describe_feature(f, ranges.get(f.name))
        | {"number": numbers.get(f.name), "category": categories.get(f.name)}
        for f in preprocessor.features
    ]


def _describe_number(preprocessor: HeartPreprocessor, j: int) -> dict[str, Any]:
    """Where a number's columns are, and how it is scaled."""
    flagged = preprocessor.flagged
    first_flag = preprocessor.n_numeric - len(flagged)
    return {
        "row": j,
        "pieces": _describe_pieces(preprocessor, j),
        "flag": first_flag + flagged.index(j) if j in flagged else None,
        "mean": float(preprocessor.scaler_.mean_[j]),
        "scale": float(preprocessor.scaler_.scale_[j]),
        "median": float(preprocessor.median_[j]),
    }


def _describe_pieces(preprocessor: HeartPreprocessor, j: int) -> list[dict[str, float]]:
    """Of a number each piece's row, where it begins, and one over its width."""
    n = len(preprocessor.numbers)
    starts, factors = preprocessor.knots_[j, :-1], piece_factors(preprocessor.knots_)[j]
    return [
        {"row": n * (piece + 1) + j, "start": start, "factor": factor}
        for piece, (start, factor) in enumerate(zip(starts.tolist(), factors.tolist(), strict=True))
    ]


def _describe_feature(f: Feature, training: tuple[float, float] | None) -> dict[str, Any]:
    minimum, maximum = _finite_or_none([f.minimum, f.maximum]) or (None, None)
    return {
        "name": f.name,
        "group": f.group,
        "units": [
            _describe_in(units, f, training)
            for units in UNITS
            if units == MG_DL or f.in_units(units) != f
        ],
        "minimum": minimum,
        "maximum": maximum,
        "usual": _finite_or_none(list(f.usual)),
        "training_range": None if training is None else list(training),
        "codes": [[code, label] for code, label in f.codes],
        "missing_codes": list(f.missing_codes),
    }


def _describe_in(units: str, f: Feature, training: tuple[float, float] | None) -> dict[str, Any]:
    """What somebody with these units reads of a feature; a value times `factor` is canonical, and
    is shown with so many `digits` (None: as it is).
    """
    shown, conversion = f.in_units(units), CONVERSIONS.get(f.name)
    factor, digits = 1.0, None
    if conversion is not None and units == MG_DL:
        digits = conversion.canonical_decimals
    elif conversion is not None:
        factor, digits = conversion.factor, conversion.decimals
    return {
        "unit": shown.unit,
        "label": shown.label,
        "help": shown.help,
        "factor": factor,
        "digits": digits,
        "possible": "" if f.codes else shown.domain,
        "ranges": {
            problem: describe_range(f, problem, training=training, units=units)
            for problem in PROBLEM_WORDS
        },
    }


def _finite_or_none(bounds: list[float]) -> list[float] | None:
    """JSON has no infinity and no NaN."""
    return bounds if np.isfinite(bounds).all() else None


def _describe_network(folded: FoldedNetwork, preprocessor: HeartPreprocessor) -> dict[str, Any]:
    """The sizes, and all weights in one row of float32, little-endian, as base64: the first layer
    (R, C), its bias (C,), then of each layer after it weight (M, in, out) and bias (M, out).
    """
    first = [folded.first] if folded.linear is None else [folded.first, folded.linear]
    arrays = [
        np.hstack([layer.weight.cpu().numpy() for layer in first]),
        np.hstack([layer.bias.cpu().numpy() for layer in first]),
    ]
    layers = folded.layers if folded.depth else []
    arrays += [array.cpu().numpy() for pair in layers for array in pair]
    return {
        "members": folded.members,
        "inputs": arrays[0].shape[0],
        "width": folded.first.weight.shape[1] // folded.members,
        "linear": folded.linear is not None,
        "embedding": folded.offsets is not None and bool(preprocessor.categories),
        "layers": [list(weight.shape[1:]) for weight, _ in layers],
        "weights": _to_base64(np.concatenate([array.ravel() for array in arrays])),
    }


def count_weights(network: HeartMLP) -> int:
    """How many numbers the folded network has, counted without folding it."""
    members, columns = network.members, sum(network.cardinalities)
    inputs = network.n_numeric + (columns if network.embedding else len(network.cardinalities))
    widths = [*network.widths, 1]
    first = widths[0] + (1 if network.linear_path is not None else 0)
    later = sum((n + 1) * out for n, out in pairwise(widths))
    return members * ((inputs + 1) * first + later)


def _to_base64(weights: npt.NDArray[np.float32]) -> str:
    return base64.b64encode(weights.astype("<f4").tobytes()).decode("ascii")


def _describe_golden(bundle: Bundle, folded: FoldedNetwork) -> list[dict[str, Any]]:
    """Invented patients, by whom the page finds out at every start whether it answers as the bundle
    does: the members' mean, and the probability that recalibration makes of it.
    """
    features = bundle.preprocessor.features
    encoded = bundle.encode(frame_of_patients(GOLDEN_PATIENTS))
    means = folded.predict_mean(encoded)
    return [
        {
            "patient": {f.name: patient.get(f.name) for f in features},
            "mean": mean,
            "probability": probability,
        }
        for patient, mean, probability in zip(
            GOLDEN_PATIENTS, means.tolist(), bundle.recalibration.apply(means).tolist(), strict=True
        )
    ]
