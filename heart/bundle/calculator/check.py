"""Whether the calculator's content answers as the bundle does, calculated anew from what the file
holds, in double precision as the page's script does.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from heart.errors import BundleError

Floats = npt.NDArray[np.float64]


def check_answers(model: Mapping[str, Any]) -> None:
    """Nothing, if the golden patients get the bundle's probabilities, before recalibration.

    Raises:
        BundleError: if one gets another.
    """
    weights = _unpack(model["network"])
    largest = max(
        abs(predict_mean(model, weights, entry["patient"]) - entry["mean"])
        for entry in model["golden"]
    )
    if not largest <= model["tolerance"]:
        raise BundleError(
            f"the calculator to answer within {model['tolerance']:g} of the bundle",
            f"a difference of {largest:.2g}",
            "Report it.",
        )


def _unpack(network: Mapping[str, Any]) -> list[Floats]:
    """The first layer (R, C), its bias (C,), then weight (M, in, out) and bias (M, out) of each
    layer after it.
    """
    members = network["members"]
    columns = members * network["width"] + (members if network["linear"] else 0)
    shapes: list[tuple[int, ...]] = [(network["inputs"], columns), (columns,)]
    for n, out in network["layers"]:
        shapes += [(members, n, out), (members, out)]
    numbers = np.frombuffer(base64.b64decode(network["weights"]), dtype="<f4").astype(np.float64)
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    pieces = np.split(numbers, ends[:-1])
    return [piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)]


def predict_mean(
    model: Mapping[str, Any], weights: list[Floats], patient: Mapping[str, Any]
) -> float:
    """The mean of the members' probabilities for canonical values by feature."""
    network = model["network"]
    members, split = network["members"], network["members"] * network["width"]
    first, sums, *later = weights
    for feature in model["features"]:
        for row, factor in _rows_of(feature, patient[feature["name"]], network["embedding"]):
            sums = sums + factor * first[row]
    x = sums[:split].reshape(members, 1, -1)
    for weight, bias in zip(later[::2], later[1::2], strict=True):
        x = np.maximum(x, 0) @ weight + bias[:, np.newaxis]
    logits = x.reshape(members) + (sums[split:] if network["linear"] else 0)
    return float(expit(logits).mean())


def _rows_of(
    feature: Mapping[str, Any],
    value: Any,
    embedding: bool,  # noqa: FBT001
) -> list[tuple[int, float]]:
    """The rows of the first layer that a value switches on, each with its factor."""
    category, number = feature["category"], feature["number"]
    known = (
        value is not None and feature["training_range"] is not None
        if category is None
        else value in category["classes"]
    )
    rows = [] if number is None else _rows_of_number(number, value if known else None)
    if category is not None:
        code = category["classes"].index(value) if known else len(category["classes"])
        row = category["row"]
        rows.append((row + code, 1.0) if embedding else (row, float(code)))
    return rows


def _rows_of_number(number: Mapping[str, Any], value: float | None) -> list[tuple[int, float]]:
    filled = number["median"] if value is None else value
    scaled = float(np.float32((filled - number["mean"]) / number["scale"]))
    flag = [] if number["flag"] is None else [(number["flag"], float(value is None))]
    pieces = [
        (piece["row"], float(np.float32(np.clip(share, 0.0, 1.0))))
        for piece in number["pieces"]
        for share in [(filled - piece["start"]) * piece["factor"]]
    ]
    return [(number["row"], scaled), *pieces, *flag]
