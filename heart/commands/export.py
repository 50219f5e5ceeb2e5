"""`export`: a bundle for other programs, and for people without any."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from heart.commands.inputs import OneOf, bundle_argument, command, find_bundle
from heart.commands.targets import Target, out_option
from heart.errors import SettingsError

if TYPE_CHECKING:
    from heart.bundle import Bundle

    Exported = tuple[bytes, dict[str, Any]]


def _to_onnx(bundle: Bundle) -> Exported:
    from heart.bundle.onnx import ML_OPSET, OPSET, export_onnx

    return export_onnx(bundle), {"opset": OPSET, "ml_opset": ML_OPSET}


def _to_safetensors(bundle: Bundle) -> Exported:
    from heart.bundle.weights import pack_weights

    return pack_weights(bundle.network), {"tensors": len(bundle.network.state_dict())}


def _to_html(bundle: Bundle) -> Exported:
    from heart.bundle.calculator import export_calculator

    return export_calculator(bundle), {"explains": bundle.settings.masking > 0}


FORMATS = MappingProxyType({"onnx": _to_onnx, "safetensors": _to_safetensors, "html": _to_html})
"""Of each format, what makes the file and what `--json` says of it; each imports what it alone
needs. Its name is also the suffix of its files.
"""

KINDS = {".onnx": b"heart", ".safetensors": b'{"', ".html": b'content="heart-calculator"'}
"""What such files begin with: the program that made them, a table of tensors, the kind of page."""


@command
@bundle_argument
@click.option(
    "--format",
    "wanted",
    type=OneOf(FORMATS),
    help="what to write [default: what the file's suffix says; onnx on standard output]",
)
@out_option("the file to write, .onnx, .safetensors or .html", KINDS, required=True)
def export(*, bundle: str | None, wanted: str | None, out: Target) -> dict[str, Any]:
    """Write a bundle for others: ONNX with the preprocessing inside, the weights as safetensors, or
    a calculator that is one HTML file and works offline.
    """
    kind = _choose_format(wanted, out)
    chosen = find_bundle(bundle)
    content, more = FORMATS[kind](chosen)
    out.write(content)
    return {
        "written": str(out),
        "name": chosen.name,
        "format": kind,
        "bytes": len(content),
        **more,
    }


def _choose_format(wanted: str | None, out: Target) -> str:
    """The format of this name, which the file's suffix may not contradict.

    Raises:
        SettingsError: if it does.
    """
    by_suffix = None if out.is_stream else out.path.suffix.removeprefix(".")
    if wanted and by_suffix and wanted != by_suffix:
        raise SettingsError(
            f"a file name that ends in .{wanted}", repr(out.path.name), "Rename the file."
        )
    return by_suffix or wanted or "onnx"
