"""Weights as safetensors, whose header is read and compared before anything is made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from heart.bundle.checks import refuse

LENGTH_BYTES = 8
MAX_HEADER = 2**14
"""Bytes; a network of the most layers needs 2,000. A header may name 100,000 tensors, and each
would become an object.
"""

MAX_WEIGHT = 1e4
"""Trained weights are below 10. Five layers of 256 units of such weights stay below the largest
float32.
"""

_ENTRY = {"dtype", "shape", "data_offsets"}

Shapes = Mapping[str, tuple[int, ...]]


def pack_weights(network: nn.Module) -> bytes:
    """All tensors of the network as safetensors, float32."""
    return safetensors.torch.save(
        {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    )


def unpack_weights(weights: bytes, expected: Shapes) -> dict[str, Tensor]:
    """The tensors by name, finite float32 of exactly the expected names and shapes.

    Raises:
        BundleError: for anything else; shapes are compared before any memory is taken for them.
    """
    entries = _read_header(weights)
    shapes = {name: entry.get("shape") for name, entry in entries.items()}
    if shapes != {name: list(shape) for name, shape in expected.items()}:
        raise refuse(f"weights of the shapes {dict(expected)}", "others")
    if any(entry.get("dtype") != "F32" for entry in entries.values()):
        raise refuse(f"finite float32 weights of at most {MAX_WEIGHT:g}", "others")
    try:
        state: dict[str, Tensor] = safetensors.torch.load(weights)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise _not_safetensors(type(error).__name__) from error
    if not all(
        tensor.dtype == torch.float32 and bool((tensor.abs() <= MAX_WEIGHT).all())
        for tensor in state.values()
    ):
        raise refuse(f"finite float32 weights of at most {MAX_WEIGHT:g}", "others")
    return state


def _read_header(weights: bytes) -> dict[str, dict[str, Any]]:
    """Name to `dtype`, `shape` and `data_offsets`, as the file claims them."""
    length = int.from_bytes(weights[:LENGTH_BYTES], "little")
    if not LENGTH_BYTES + length <= len(weights):
        raise _not_safetensors("cut off")
    if length > MAX_HEADER:
        raise refuse(f"a header of the weights of at most {MAX_HEADER:,} bytes", f"{length:,}")
    text = weights[LENGTH_BYTES : LENGTH_BYTES + length]
    try:
        header: Any = json.loads(text.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _not_safetensors(type(error).__name__) from error
    exact = (
        text.startswith(b"{")
        and type(header) is dict
        and all(type(e) is dict and set(e) == _ENTRY for e in header.values())
    )
    if not exact:
        raise _not_safetensors("another header")
    return dict(header)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose names differ."""
    entries = dict(pairs)
    if len(entries) < len(pairs):
        raise ValueError("a name twice")
    return entries


def _not_safetensors(how: str) -> Exception:
    return refuse("weights in the safetensors format", f"something else ({how})")
