"""A bundle as ONNX, preprocessing inside: raw numbers and category strings in, the probability out.

Other programs and languages can run it without Python (https://onnx.ai). Shapes: n patients, F
numbers, C categories, K codes of all categories together, D columns that the network reads, M
members, H hidden units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pandas as pd
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from heart.bundle.bundle import Bundle
from heart.bundle.golden import GOLDEN_PATIENTS
from heart.bundle.onnx_graph import Graph, cast
from heart.bundle.onnx_inputs import add_inputs
from heart.data.patients import frame_of_patients
from heart.errors import BundleError
from heart.evaluation.calibration import EDGE
from heart.evaluation.recalibration import Recalibration
from heart.model.inference import FoldedNetwork
from heart.schema import Feature

OPSET, ML_OPSET, IR_VERSION = 18, 3, 8
"""Of ai.onnx, of ai.onnx.ml and of the file: those of onnx 1.13 (2022) are enough."""

TOLERANCE = 1e-5
OUTPUT = "probability"
_CATEGORIES_PROPERTY = (
    "a code or its label, in lower case, capitals or capitalised, without blanks around it;"
    " whatever else is read as not known"
)


def export_onnx(bundle: Bundle) -> bytes:
    """The ONNX file of a bundle, compared with the bundle on the golden patients.

    One input a feature, named after it, of shape (n, 1), of the schema's kind, however the network
    reads it: a float for a number, NaN where it is missing; a string for a category, its code or
    its label as in "4" or "asymptomatic", empty where it is missing. A label may be in lower case,
    in capitals, or with a capital at its beginning or that of each word; blanks around it are not
    trimmed, and whatever is none of these is read as not known. Numbers are not checked. The output
    `probability` is a float of shape (n,).

    Raises:
        BundleError: if the graph does not answer as the bundle does.
    """
    graph, network = Graph(), FoldedNetwork(bundle.network)
    logits = _add_network(graph, add_inputs(graph, bundle.preprocessor, network), network)
    _add_answer(graph, logits, bundle.recalibration)
    model = _to_model(graph, bundle)
    onnx.checker.check_model(model, full_check=True)
    _check_golden(model, bundle)
    written: bytes = model.SerializeToString()
    return written


def onnx_inputs(frame: pd.DataFrame, features: Sequence[Feature]) -> dict[str, npt.NDArray[Any]]:
    """The inputs of the exported graph for a frame of canonical columns: name to float32 or text,
    shape (n, 1) each.
    """
    numbers = {
        f.name: frame[f.name].to_numpy(dtype=np.float32, na_value=np.nan)
        for f in features
        if f.encoding == "scale"
    }
    texts = {
        f.name: np.array(
            ["" if pd.isna(value) else str(value) for value in frame[f.name]], dtype=object
        )
        for f in features
        if f.encoding == "label"
    }
    return {name: values.reshape(-1, 1) for name, values in (numbers | texts).items()}


def _add_network(graph: Graph, inputs: str, network: FoldedNetwork) -> str:
    """Each member's logit, float32, shape (n, M)."""
    logits = _add_product(graph, inputs, network.first.weight, network.first.bias)
    if network.depth:
        hidden = graph.constant([0, network.members, -1], np.int64)
        x = graph.add(
            "Transpose", graph.add("Reshape", graph.add("Relu", logits), hidden), perm=[1, 0, 2]
        )  # (M, n, H)
        for weight, bias in network.layers[:-1]:
            x = graph.add("Relu", _add_product(graph, x, weight, bias))
        last = _add_product(graph, x, *network.layers[-1])  # (M, n, 1)
        logits = graph.add(
            "Transpose", graph.add("Squeeze", last, graph.constant([2], np.int64)), perm=[1, 0]
        )
    if network.linear is None:
        return logits
    return graph.add(
        "Add", logits, _add_product(graph, inputs, network.linear.weight, network.linear.bias)
    )


def _add_product(graph: Graph, x: str, weight: Any, bias: Any) -> str:
    product = graph.add("MatMul", x, graph.constant(weight.cpu().numpy(), np.float32))
    return graph.add("Add", product, graph.constant(bias.cpu().numpy(), np.float32))


def _add_answer(graph: Graph, logits: str, recalibration: Recalibration) -> None:
    """The mean of the members' probabilities, recalibrated, as the output."""
    members = graph.add("Sigmoid", cast(graph, logits, TensorProto.DOUBLE))
    mean = graph.add("ReduceMean", members, graph.constant([1], np.int64), keepdims=1)  # (n, 1)
    if recalibration.method == "isotonic":
        mean = _add_steps(graph, mean, np.array(recalibration.knots))
    elif recalibration.method != "none":
        mean = _add_line(graph, mean, recalibration)
    graph.add(
        "Cast",
        graph.add("Squeeze", mean, graph.constant([1], np.int64)),
        to=TensorProto.FLOAT,
        output=OUTPUT,
    )


def _add_line(graph: Graph, probability: str, recalibration: Recalibration) -> str:
    """A factor and a shift of the log-odds."""
    inside = graph.add(
        "Clip", probability, graph.constant(EDGE, np.float64), graph.constant(1 - EDGE, np.float64)
    )
    odds = graph.add("Div", inside, graph.add("Sub", graph.constant(1, np.float64), inside))
    scaled = graph.add(
        "Mul", graph.add("Log", odds), graph.constant(recalibration.slope, np.float64)
    )
    return graph.add(
        "Sigmoid", graph.add("Add", scaled, graph.constant(recalibration.intercept, np.float64))
    )


def _add_steps(graph: Graph, probability: str, knots: npt.NDArray[np.float64]) -> str:
    """Straight lines between the knots, as a sum of rises that each begin and end at theirs; flat
    outside.
    """
    before, after = knots.T
    zero, one = graph.constant(0, np.float64), graph.constant(1, np.float64)
    lengths = graph.constant(np.diff(before), np.float64)
    walked = graph.add("Sub", probability, graph.constant(before[:-1], np.float64))  # (n, knots-1)
    share = graph.add("Min", graph.add("Max", graph.add("Div", walked, lengths), zero), one)
    rises = graph.add("Mul", share, graph.constant(np.diff(after), np.float64))
    risen = graph.add("ReduceSum", rises, graph.constant([1], np.int64), keepdims=1)
    return graph.add("Add", risen, graph.constant(after[0], np.float64))


def _to_model(graph: Graph, bundle: Bundle) -> onnx.ModelProto:
    features = bundle.preprocessor.features
    inputs = [
        helper.make_tensor_value_info(
            f.name,
            TensorProto.FLOAT if f.encoding == "scale" else TensorProto.STRING,
            ["n", 1],
            f"{f.title}: {f.domain}",
        )
        for f in features
    ]
    output = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["n"], "of heart disease")
    body = helper.make_graph(graph.nodes, "heart", inputs, [output], initializer=graph.constants)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
    model = helper.make_model(
        body, opset_imports=opsets, ir_version=IR_VERSION, producer_name="heart"
    )
    helper.set_model_props(model, _describe(bundle))
    return model


def _describe(bundle: Bundle) -> dict[str, str]:
    """What a reader of the file has to know, beside the graph."""
    return {
        "name": bundle.name,
        "created_at": bundle.created_at,
        "cohort": bundle.data.cohort,
        "cohort_fingerprint": bundle.data.fingerprint,
        "threshold": repr(bundle.threshold.value),
        "missing": "NaN for a number, an empty string for a category",
        "categories": _CATEGORIES_PROPERTY,
        "numbers": "not checked: a value that cannot be is answered",
        "heart_version": bundle.versions["heart"],
    }


def _check_golden(model: onnx.ModelProto, bundle: Bundle) -> None:
    """The graph answers as the bundle does, by onnx's own plain evaluation."""
    frame = frame_of_patients(GOLDEN_PATIENTS)
    answers: Any = ReferenceEvaluator(model).run(
        [OUTPUT], onnx_inputs(frame, bundle.preprocessor.features)
    )
    largest = float(np.abs(answers[0] - bundle.predict_proba(frame)).max())
    if not largest <= TOLERANCE:
        raise BundleError(
            f"the ONNX graph to answer within {TOLERANCE:g} of the bundle",
            f"a difference of {largest:.2g}",
            "Report it.",
        )
