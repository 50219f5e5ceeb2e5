"""What each hidden unit of a network in the plane has learnt: its activation, place by place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from heart.lessons.mlp import FloatArray, PointMLP

GRID = 20
"""Places in each direction."""

MOST_UNITS, MOST_LAYERS = 32, 2


@torch.no_grad()
def hidden_activations(network: PointMLP, X: npt.NDArray[np.float32]) -> list[FloatArray]:
    """What the units of each hidden layer of the first member give, shape (n, H) each, first layer
    first; as `PointMLP.forward` computes it, with no unit dropped.
    """
    x = torch.as_tensor(X).expand(network.members, -1, -1)
    layers = []
    for layer in network.linears()[:-1]:
        x = network.activation(layer(x))  # (M, n, H)
        layers.append(np.asarray(x[0], dtype=np.float64))
    return layers


def output_weights(network: PointMLP) -> FloatArray:
    """The weight of each unit of the last hidden layer to the first member's only logit, shape
    (H,).
    """
    return network.linears()[-1].weight[0, :, 0].detach().double().numpy()


def unit_maps(network: PointMLP, X: npt.NDArray[np.float32]) -> pd.DataFrame:
    """The activations of at most `MOST_UNITS` units of the first `MOST_LAYERS` hidden layers, on a
    grid over the points; empty without a hidden layer.

    Args:
        network: with two inputs.
        X: the points, shape (n, 2).

    Returns:
        One row a layer, unit and place: `layer` and `unit` (from 1), `weight` (to the output; NaN
            before the last hidden layer), `i` and `j` (column and row of the place, from 0, `j`
            upwards), `activation`. Units of the last hidden layer come by the size of their weight.
    """
    i, j = (index.ravel() for index in np.meshgrid(np.arange(GRID), np.arange(GRID)))
    low, high = X.min(axis=0), X.max(axis=0)
    places = low + (high - low) * (np.stack([i, j], axis=1) + 0.5) / GRID
    layers = hidden_activations(network, places.astype(np.float32))
    frames = []
    for k, activations in enumerate(layers[:MOST_LAYERS]):
        n_units = activations.shape[1]
        weight = output_weights(network) if k == len(layers) - 1 else np.full(n_units, np.nan)
        order = np.argsort(-np.abs(weight), kind="stable")[:MOST_UNITS]
        frames += [
            pd.DataFrame(
                {
                    "layer": k + 1,
                    "unit": int(unit) + 1,
                    "weight": weight[unit],
                    "i": i,
                    "j": j,
                    "activation": activations[:, unit],
                }
            )
            for unit in order
        ]
    columns = ["layer", "unit", "weight", "i", "j", "activation"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
