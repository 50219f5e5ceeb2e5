"""An ONNX graph as it is built."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper


class Graph:
    """Nodes and constants as they are added; each node's only output gets a name of its own."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, values: npt.ArrayLike, dtype: type) -> str:
        """The name of a constant."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(
            numpy_helper.from_array(np.array(values, dtype=dtype, order="C"), name)
        )
        return name

    def add(
        self,
        kind: str,
        *inputs: str,
        domain: str = "",
        output: str | None = None,
        **attributes: Any,
    ) -> str:
        """The name of a new node's output."""
        name = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], domain=domain, **attributes))
        return name


def cast(graph: Graph, name: str, kind: int) -> str:
    """The name of a node that gives another's output as this kind of `TensorProto`."""
    return graph.add("Cast", name, to=kind)
