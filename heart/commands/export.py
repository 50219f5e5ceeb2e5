"""`export`: a bundle for other programs."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from heart.commands.inputs import OneOf, bundle_argument, command, find_bundle
from heart.commands.output import write_output
from heart.commands.streams import out_option

if TYPE_CHECKING:
    from heart.bundle import Bundle

    Exported = tuple[bytes, dict[str, Any]]


def _to_onnx(bundle: Bundle) -> Exported:
    from heart.bundle.onnx import ML_OPSET, OPSET, export_onnx

    return export_onnx(bundle), {"opset": OPSET, "ml_opset": ML_OPSET}


def _to_safetensors(bundle: Bundle) -> Exported:
    from heart.bundle.weights import pack_weights

    return pack_weights(bundle.network), {"tensors": len(bundle.network.state_dict())}


FORMATS = MappingProxyType({"onnx": _to_onnx, "safetensors": _to_safetensors})
"""Of each format, what makes the file and what `--json` says of it; each imports what it alone
needs.
"""


@command
@bundle_argument
@click.option("--format", "kind", type=OneOf(FORMATS), default="onnx", help="what to write")
@out_option("the file to write", required=True)
def export(*, bundle: str | None, kind: str, out: Path) -> dict[str, Any]:
    """Write a bundle for other programs: ONNX with the preprocessing inside, or the weights as
    safetensors.
    """
    chosen = find_bundle(bundle)
    content, more = FORMATS[kind](chosen)
    write_output(content, out)
    return {
        "written": str(out),
        "name": chosen.name,
        "format": kind,
        "bytes": len(content),
        **more,
    }
