"""`export`: a bundle for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from heart.commands.inputs import OneOf, bundle_argument, command, find_bundle, out_option
from heart.commands.output import write_output

FORMATS = ("onnx", "safetensors")


@command
@bundle_argument
@click.option("--format", "kind", type=OneOf(FORMATS), default=FORMATS[0], help="what to write")
@out_option("the file to write", required=True)
def export(*, bundle: str | None, kind: str, out: Path) -> dict[str, Any]:
    """Write a bundle for other programs: ONNX with the preprocessing inside, or the weights as
    safetensors.
    """
    chosen = find_bundle(bundle)
    if kind == "onnx":
        # the weights need no onnx
        from heart.bundle.onnx import ML_OPSET, OPSET, export_onnx

        content, more = export_onnx(chosen), {"opset": OPSET, "ml_opset": ML_OPSET}
    else:
        from heart.bundle.weights import pack_weights

        content, more = pack_weights(chosen.network), {"tensors": len(chosen.network.state_dict())}
    write_output(content, out)
    return {
        "written": str(out),
        "name": chosen.name,
        "format": kind,
        "bytes": len(content),
        **more,
    }
