"""The calculator's HTML file: template, style, scripts and the model in one, under a content
security policy that lets nothing else run and nothing be fetched.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from heart.bundle.bundle import Bundle
from heart.bundle.calculator import words
from heart.bundle.calculator.check import check_answers
from heart.bundle.calculator.content import count_weights, describe_model
from heart.errors import BundleError, show_controls

MAX_BYTES = 2_000_000
"""Of the file, 2 MB: what a phone still opens at once and a mail still carries."""

BESIDE = 80_000
"""Bytes that all but the weights takes at most: page, scripts, words, 512 knots."""

_FOLDER = Path(__file__).parent


def export_calculator(bundle: Bundle) -> bytes:
    """The calculator of a bundle, one HTML page, compared with the bundle on the golden patients.

    Raises:
        BundleError: if it would be too large, or does not answer as the bundle does.
    """
    check_size(bundle)
    model = describe_model(bundle)
    check_answers(model)
    return _fill_template(bundle, model).encode()


def check_size(bundle: Bundle) -> None:
    """Nothing, if the calculator of a bundle has at most `MAX_BYTES`; it is not made for that.

    Raises:
        BundleError: if it would be larger, with the limit and the size.
    """
    weights = count_weights(bundle.network)
    size = BESIDE + weights * 4 * 4 / 3  # float32, of which base64 writes 3 bytes as 4 letters
    if size > MAX_BYTES:
        raise BundleError(
            f"a calculator of at most {MAX_BYTES / 1e6:g} MB",
            f"{size / 1e6:.1f} MB: {weights:,} weights once the first layer is folded",
            "Train a model with fewer members or narrower layers, or export this one as ONNX.",
        )


def _fill_template(bundle: Bundle, model: Mapping[str, Any]) -> str:
    style = _read("style.css")
    scripts = _read("model.js"), _read("page.js")
    parts = {
        "title": _text(f"Heart disease calculator: {bundle.name}"),
        "purpose": _text(words.write_purpose(bundle)),
        "not_for": _text(words.NOT_FOR),
        "instructions": _text(words.INSTRUCTIONS),
        "waiting": _text(words.WAITING),
        "disclaimer": _text(words.write_disclaimer(bundle)),
        "why_not": _text(words.WHY_NOT),
        "facts": "\n".join(
            f"<dt>{_text(head)}</dt><dd>{_text(text)}</dd>"
            for head, text in words.write_facts(bundle).items()
        ),
        "style": style,
        "style_hash": _hash_of(style),
        "model": _json(model),
        "model_script": scripts[0],
        "page_script": scripts[1],
        "script_hashes": " ".join(map(_hash_of, scripts)),
    }
    # in one pass: what is filled in is not looked through again
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], _read("template.html"))


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _text(text: str) -> str:
    """As text in HTML, invisible characters as codes."""
    return html.escape(show_controls(text))


def _json(model: Mapping[str, Any]) -> str:
    """JSON that cannot end the element it stands in: letters beyond ASCII and `<` are codes."""
    return json.dumps(model, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _hash_of(source: str) -> str:
    """The source expression that lets exactly this text run or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
