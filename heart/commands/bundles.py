"""What the commands know of bundles: finding one, its card, and its forms for other programs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from heart.atomic import write_atomically
from heart.bundle import Bundle, load_bundle
from heart.bundle.registry import ENDING, open_registry
from heart.errors import BundleError, SettingsError


def find_bundle(named: str | None) -> Bundle:
    """The bundle in a file, or of a name in the registry; without either the active one.

    Raises:
        BundleError: if there is none, or it is not valid.
    """
    if named is None:
        return load_bundle(open_registry().active_path)
    if named.endswith(ENDING) or Path(named).exists():
        return load_bundle(named)
    return open_registry().load(named)


def run_card(options: argparse.Namespace) -> dict[str, Any] | str:
    """`card`: the model card, on the terminal or in a file whose ending says the format.

    Raises:
        SettingsError: for a file of another ending.
        BundleError: if the bundle is not valid or the file cannot be written.
    """
    # an export need not wait for the charts
    from heart.card import gather_facts, make_card, to_html, to_markdown  # noqa: PLC0415
    from heart.commands.cohort import find_cohort  # noqa: PLC0415
    from heart.experiments.stored import find_stored  # noqa: PLC0415

    formats = {".md": to_markdown, ".html": to_html}
    if options.out is not None and options.out.suffix not in formats:
        raise SettingsError(
            "a file name that ends in .md or .html", repr(options.out.name), "Rename the file."
        )
    bundle = find_bundle(options.bundle)
    cohorts = [] if options.cohort is None else [find_cohort(options)]
    card = make_card(gather_facts(bundle, cohorts=cohorts, predictions=find_stored(bundle)))
    if options.out is not None:
        _write(formats[options.out.suffix](card).encode(), options.out)
        return {
            "written": str(options.out),
            "name": bundle.name,
            "sections": [section.title for section in card.sections],
        }
    markdown = to_markdown(card)
    return {"name": bundle.name, "markdown": markdown} if options.json else markdown


def run_export(options: argparse.Namespace) -> dict[str, Any]:
    """`export`: ONNX, or the weights.

    Raises:
        BundleError: if the bundle is not valid or the file cannot be written.
    """
    bundle = find_bundle(options.bundle)
    if options.format == "onnx":
        # the weights need no onnx
        from heart.bundle.onnx import ML_OPSET, OPSET, export_onnx  # noqa: PLC0415

        content, more = export_onnx(bundle), {"opset": OPSET, "ml_opset": ML_OPSET}
    else:
        from heart.bundle.weights import pack_weights  # noqa: PLC0415

        content, more = pack_weights(bundle.network), {"tensors": len(bundle.network.state_dict())}
    _write(content, options.out)
    return {
        "written": str(options.out),
        "name": bundle.name,
        "format": options.format,
        "bytes": len(content),
        **more,
    }


def _write(content: bytes, path: Path) -> None:
    try:
        write_atomically(content, path)
    except OSError as error:
        raise BundleError(
            f"to write {path}", str(error.strerror), "Check the folder and the free space."
        ) from error
