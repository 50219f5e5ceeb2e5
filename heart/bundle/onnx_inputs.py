"""Preprocessing as ONNX: raw numbers and category strings become what the network reads.

Shapes: n patients, F numbers, C categories, K codes of all categories together, D columns that the
network reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from onnx import TensorProto, numpy_helper

from heart.bundle.onnx_graph import Graph, cast
from heart.model.inference import FoldedNetwork
from heart.model.pieces import piece_factors
from heart.model.preprocessing import HeartPreprocessor
from heart.schema import Feature, Value


def add_inputs(graph: Graph, preprocessor: HeartPreprocessor, network: FoldedNetwork) -> str:
    """What the network reads, float32, shape (n, D)."""
    codes = {
        f.name: _add_encoder(graph, f, preprocessor.encoders_[f.name].classes_.tolist())
        for f in preprocessor.categories
    }
    parts = [_add_numbers(graph, preprocessor, codes)] if preprocessor.numbers else []
    if codes:
        parts.append(_add_codes(graph, list(codes.values()), preprocessor, network))
    return graph.add("Concat", *parts, axis=1)


def _add_numbers(graph: Graph, preprocessor: HeartPreprocessor, codes: Mapping[str, str]) -> str:
    """The scaled numbers, missing ones as the train median, their pieces, then their flags; codes
    are the categories' nodes by name, (n, 1) each.
    """
    columns = [_add_number(graph, f, preprocessor, codes) for f in preprocessor.numbers]
    values = graph.add("Concat", *columns, axis=1)
    # train had no value of it: always missing
    unlearnt = graph.constant(np.isnan(preprocessor.training_range_[:, 0]), np.bool_)
    missing = graph.add("Or", graph.add("IsNaN", values), unlearnt)
    absent = [f.missing_codes[0] if f.missing_codes else np.nan for f in preprocessor.numbers]
    coded = graph.add("Equal", values, graph.constant(absent, np.float32))  # nothing equals NaN
    missing = graph.add("Or", missing, coded)
    known = graph.add(
        "Where",
        missing,
        graph.constant(preprocessor.median_, np.float64),
        cast(graph, values, TensorProto.DOUBLE),
    )
    centred = graph.add("Sub", known, graph.constant(preprocessor.scaler_.mean_, np.float64))
    scaled = cast(
        graph,
        graph.add("Div", centred, graph.constant(preprocessor.scaler_.scale_, np.float64)),
        TensorProto.FLOAT,
    )
    blocks = [scaled, *_add_pieces(graph, known, preprocessor)]
    if flagged := preprocessor.flagged:
        flags = graph.add("Gather", missing, graph.constant(flagged, np.int64), axis=1)
        blocks.append(cast(graph, flags, TensorProto.FLOAT))
    return graph.add("Concat", *blocks, axis=1) if len(blocks) > 1 else scaled


def _add_number(
    graph: Graph, feature: Feature, preprocessor: HeartPreprocessor, codes: Mapping[str, str]
) -> str:
    """A number as it comes in, or the one that its code stands for; float32, shape (n, 1)."""
    if feature.encoding == "scale" and feature.name not in codes:
        return feature.name
    if feature.name in codes:
        code, stands_for = codes[feature.name], preprocessor.numbers_of(feature)
    else:
        possible = [value for value, _ in feature.codes]
        code = _add_encoder(graph, feature, possible)
        stands_for = np.array([*possible, np.nan], dtype=np.float64)
    return graph.add("Gather", graph.constant(stands_for, np.float32), code, axis=0)


def _add_pieces(graph: Graph, known: str, preprocessor: HeartPreprocessor) -> list[str]:
    """For each piece how far the numbers have come through it, float32, shape (n, F)."""
    ends = (
        [graph.constant(end, np.float64) for end in (0.0, 1.0)] if preprocessor.pieces > 1 else []
    )
    pieces = []
    for start, factor in zip(
        preprocessor.knots_.T[:-1], piece_factors(preprocessor.knots_).T, strict=True
    ):
        walked = graph.add("Sub", known, graph.constant(start, np.float64))
        share = graph.add("Mul", walked, graph.constant(factor, np.float64))
        pieces.append(cast(graph, graph.add("Clip", share, *ends), TensorProto.FLOAT))
    return pieces


def _add_codes(
    graph: Graph, columns: Sequence[str], preprocessor: HeartPreprocessor, network: FoldedNetwork
) -> str:
    """A one for each category's code among zeros, (n, K); or the codes as numbers, (n, C)."""
    codes = graph.add("Concat", *columns, axis=1)  # (n, C)
    if network.offsets is None:
        return cast(graph, codes, TensorProto.FLOAT)
    columns_of_one = graph.add("Add", codes, graph.constant(network.offsets.numpy(), np.int64))
    ends = graph.constant([0.0, 1.0], np.float32)
    ones = graph.add(
        "OneHot", columns_of_one, graph.constant(sum(preprocessor.cardinalities), np.int64), ends
    )  # (n, C, K)
    return graph.add("ReduceSum", ones, graph.constant([1], np.int64), keepdims=0)


def _add_encoder(graph: Graph, feature: Feature, classes: Sequence[Value]) -> str:
    """Codes and labels become the class's index; anything else is unknown, as everything is where
    train had no class.
    """
    if not classes:
        shape = graph.add("Shape", feature.name)
        zero = numpy_helper.from_array(np.zeros(1, np.int64))
        return graph.add("ConstantOfShape", shape, value=zero)
    kind, keys = (
        ("keys_floats", {float(code): index for index, code in enumerate(classes)})
        if feature.encoding == "scale"
        else ("keys_strings", _index_spellings(feature, classes))
    )
    table: dict[str, Any] = {kind: list(keys), "values_int64s": list(keys.values())}
    unknown = len(classes)
    return graph.add(
        "LabelEncoder", feature.name, domain="ai.onnx.ml", default_int64=unknown, **table
    )


def _index_spellings(feature: Feature, classes: Sequence[Value]) -> dict[str, int]:
    labels = dict(feature.codes)
    return {
        spelling: index
        for index, code in enumerate(classes)
        for spelling in _spellings(code, labels[code])
    }


def _spellings(code: Value, label: str) -> set[str]:
    """How a code may be written: as a number also with a point, a word in the usual cases.

    A graph has no way to fold case that every runtime has: StringNormalizer wants a locale.
    """
    words = {str(code), label, f"{code}.0" if isinstance(code, int) else label}
    return {
        spelling
        for word in words
        for spelling in (word, word.lower(), word.upper(), word.title(), word.capitalize())
    }
