"""The network: shapes, values against torch's own layers, and what is random."""

import pytest
import torch
from torch import nn

from heart.config import LESSON, Settings
from heart.model.network import HeartMLP, MemberEmbedding, MemberLinear, member_generator
from heart.model.preprocessing import HeartPreprocessor

CARDINALITIES = [3, 5]


def settings_of(**changes):
    return Settings(**({"members": 1, "hidden": (8, 4), "embedding_dim": 3} | changes))


def network_of(**changes):
    return HeartMLP(6, CARDINALITIES, settings_of(**changes))


def patients(members=1, n=7):
    generator = torch.Generator().manual_seed(0)
    codes = torch.stack(
        [torch.randint(0, c, (members, n), generator=generator) for c in CARDINALITIES], dim=2
    )
    return torch.randn(members, n, 6, generator=generator), codes


def linear_of(layer, member=0):
    """The same layer as torch's own."""
    reference = nn.Linear(layer.weight.shape[1], layer.weight.shape[2])
    reference.load_state_dict(
        {"weight": layer.weight[member].T.detach(), "bias": layer.bias[member, 0].detach()}
    )
    return reference


def reference_logits(network, numeric, codes, member=0):
    """The forward pass from torch's own Embedding and Linear."""
    starts = [0, CARDINALITIES[0]]
    tables = [
        network.embedding.weight[member, start : start + c]
        for start, c in zip(starts, CARDINALITIES, strict=True)
    ]
    vectors = [nn.Embedding.from_pretrained(table)(codes[:, j]) for j, table in enumerate(tables)]
    inputs = x = torch.cat([numeric, *vectors], dim=1)
    for layer in network.hidden:
        x = linear_of(layer, member)(x).relu()
    direct = 0 if network.linear_path is None else linear_of(network.linear_path, member)(inputs)
    return (linear_of(network.logit, member)(x) + direct)[:, 0]


@pytest.mark.parametrize("hidden", [(), (8,), (8, 4)])
@pytest.mark.parametrize("linear_path", [False, True])
def test_one_member_computes_what_torchs_layers_compute(hidden, linear_path):
    network = network_of(hidden=hidden, linear_path=linear_path)
    numeric, codes = patients()
    torch.testing.assert_close(
        network(numeric, codes)[0], reference_logits(network, numeric[0], codes[0])
    )


def test_each_member_uses_its_own_weights_on_its_own_patients():
    network = network_of(members=3)
    numeric, codes = patients(members=3)
    expected = torch.stack(
        [reference_logits(network, numeric[m], codes[m], member=m) for m in range(3)]
    )
    torch.testing.assert_close(network(numeric, codes), expected)


def test_predicting_gives_all_members_the_same_patients():
    network = network_of(members=3)
    numeric, codes = patients()
    expected = torch.stack(
        [reference_logits(network, numeric[0], codes[0], member=m) for m in range(3)]
    )
    torch.testing.assert_close(network.predict_logits(numeric[0], codes[0]), expected)


def test_codes_enter_the_lesson_as_plain_numbers():
    network = HeartMLP(6, CARDINALITIES, settings_of(categories="codes", hidden=()))
    numeric, codes = patients()
    torch.testing.assert_close(
        network(numeric, codes)[0],
        linear_of(network.logit)(torch.cat([numeric[0], codes[0].float()], dim=1))[:, 0],
    )


def test_lesson_has_thirteen_inputs(cleveland):
    fitted = HeartPreprocessor(missing_flags=LESSON.missing_flags).fit(cleveland.features)
    network = HeartMLP(
        fitted.transform(cleveland.features).numeric.shape[1], fitted.cardinalities, LESSON
    )
    assert network.hidden[0].weight.shape == (1, 13, 32)
    assert network.logit.weight.shape == (1, 32, 1)
    assert network.embedding is None


def test_output_is_a_logit_not_a_probability():
    numeric, codes = patients(n=500)
    logits = network_of()(numeric * 20, codes)
    assert logits.min() < 0 or logits.max() > 1


@pytest.mark.parametrize("mode", [True, False])
def test_predicting_twice_gives_the_same_in_either_mode(mode):
    network = network_of(dropout=0.9).train(mode=mode)
    numeric, codes = patients()
    assert torch.equal(
        network.predict_logits(numeric[0], codes[0]), network.predict_logits(numeric[0], codes[0])
    )


def test_mode_does_not_change_the_prediction():
    network = network_of(dropout=0.9)
    numeric, codes = patients()
    assert torch.equal(
        network.train().predict_logits(numeric[0], codes[0]),
        network.eval().predict_logits(numeric[0], codes[0]),
    )


def test_units_that_are_not_kept_hand_nothing_on_and_the_others_are_scaled_up():
    network, (numeric, codes) = network_of(dropout=0.5, hidden=(8,), linear_path=False), patients()
    kept = torch.zeros(1, 7, 8, dtype=torch.bool)
    kept[..., :3] = True
    layer, out = network.hidden[0], network.logit
    active = torch.relu(layer(network.inputs(numeric, codes)))[..., :3]
    expected = 2 * active @ out.weight[:, :3] + out.bias
    torch.testing.assert_close(network(numeric, codes, kept=[kept]), expected[..., 0])


def test_predicting_needs_no_gradient():
    numeric, codes = patients()
    assert not network_of().predict_logits(numeric[0], codes[0]).requires_grad


def test_no_category_or_no_number_will_do():
    assert HeartMLP(4, [], settings_of())(
        torch.zeros(1, 5, 4), torch.zeros(1, 5, 0, dtype=torch.int64)
    ).shape == (1, 5)
    assert HeartMLP(0, [3], settings_of())(
        torch.zeros(1, 5, 0), torch.zeros(1, 5, 1, dtype=torch.int64)
    ).shape == (1, 5)


def test_each_code_has_its_own_vector():
    embedding = MemberEmbedding(1, CARDINALITIES, 2)
    with torch.no_grad():
        embedding.weight.copy_(torch.arange(16.0).reshape(1, 8, 2))
    assert embedding(torch.tensor([[[0, 0], [2, 4]]])).tolist() == [[[0, 1, 6, 7], [4, 5, 14, 15]]]


def test_first_weights_fill_torchs_uniform_range():
    layer = MemberLinear(2, 100, 50)
    layer.reset([member_generator(0, member, "weights") for member in range(2)])
    assert 0.099 < layer.weight.max().item() <= 0.1
    assert -0.1 <= layer.bias.min().item() < -0.08


def test_first_vectors_are_standard_normal():
    weight = HeartMLP(0, [400], settings_of(embedding_dim=16)).embedding.weight
    assert weight.mean().item() == pytest.approx(0, abs=0.05)
    assert weight.std().item() == pytest.approx(1, abs=0.05)


def test_first_weights_of_a_member_do_not_depend_on_how_many_there_are():
    few, many = network_of(members=2), network_of(members=5)
    for a, b in zip(few.parameters(), many.parameters(), strict=True):
        assert torch.equal(a, b[:2])


def test_members_start_apart_and_seeds_matter():
    first, again, other = (
        network_of(members=2, random_state=seed).logit.weight for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first, other)


def test_streams_of_weights_and_order_differ():
    draws = [
        torch.rand(4, generator=member_generator(7, m, stream)).tolist()
        for m in (0, 1)
        for stream in ("weights", "order")
    ]
    assert len({tuple(draw) for draw in draws}) == 4


def test_unknown_stream_is_refused():
    with pytest.raises(ValueError, match="not in tuple"):
        member_generator(0, 0, "dropout")


def test_making_a_network_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    network_of(members=3)
    assert torch.equal(torch.get_rng_state(), before)
