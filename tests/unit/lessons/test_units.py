"""What hidden units have learnt, place by place."""

import numpy as np
import pytest
import torch

from heart.charts.lessons.units import COLUMNS, map_frame
from heart.lessons.learned import Recipe
from heart.lessons.mlp import PointMLP
from heart.lessons.units import GRID, hidden_activations, output_weights, unit_maps

X = np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)


def network_of(layers, units=3, activation="tanh"):
    """A network as it is drawn, before it learns."""
    settings = Recipe(layers=layers, units=units, random_state=1).settings(50)
    return PointMLP(2, 1, settings, activation=activation)


@pytest.mark.parametrize("activation", ["tanh", "relu", "none"])
def test_last_layer_s_activations_by_their_weights_are_the_logit(activation):
    network = network_of(2, activation=activation)
    logit = hidden_activations(network, X)[-1] @ output_weights(network)
    bias = network.linears()[-1].bias[0, 0].item()
    with torch.no_grad():
        expected = network(torch.as_tensor(X)[None])[0, :, 0].numpy()
    np.testing.assert_allclose(logit + bias, expected, atol=1e-5)


def test_first_layer_is_worked_out_by_hand():
    network = network_of(1)
    first = network.linears()[0]
    W, b = (each[0].detach().double().numpy() for each in (first.weight, first.bias))
    np.testing.assert_allclose(hidden_activations(network, X)[0], np.tanh(X @ W + b), atol=1e-6)


@pytest.mark.parametrize(("layers", "drawn"), [(0, []), (1, [1]), (2, [1, 2]), (3, [1, 2])])
def test_first_two_layers_are_drawn_and_only_the_last_hidden_one_has_weights(layers, drawn):
    maps = unit_maps(network_of(layers), X)
    assert sorted(maps["layer"].unique()) == drawn
    assert len(maps) == len(drawn) * 3 * GRID**2
    weighed = maps.loc[maps["weight"].notna(), "layer"].unique().tolist()
    assert weighed == ([layers] if layers in drawn else [])


def test_units_come_by_the_size_of_their_weight_and_32_at_most():
    network = network_of(1, units=40)
    maps = unit_maps(network, X).drop_duplicates("unit")
    assert len(maps) == 32
    largest = np.argsort(-np.abs(output_weights(network)))[:32] + 1
    assert maps["unit"].tolist() == largest.tolist()


def test_maps_stand_side_by_side_at_one_scale():
    maps = unit_maps(network_of(1, units=10), X)
    largest = maps["activation"].abs().max()
    frame = map_frame(maps, largest=largest)
    assert frame["strength"].max() == 1
    assert frame.drop_duplicates("unit")["row"].tolist() == [0] * COLUMNS + [1] * 2
    top = frame[(frame["j"] == 0) & (frame["i"] == 0)].iloc[0]  # drawn from the top downwards
    highest = maps[(maps["unit"] == top["unit"]) & (maps["j"] == GRID - 1) & (maps["i"] == 0)]
    assert top["activation"] == highest["activation"].item()
    assert (frame["sign"] == "above 0").tolist() == (frame["activation"] >= 0).tolist()
    assert top["label"].startswith(f"{top['unit']}: ")
