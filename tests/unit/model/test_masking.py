"""Random decisions (their share, their independence, the seed), and the values they hide."""

import numpy as np
import pytest
import torch

from heart.config import Settings
from heart.model.batches import Labelled, Patients
from heart.model.masking import BLOCK, Noise, ValueMask
from heart.model.network import HeartMLP
from heart.model.preprocessing import Encoded
from heart.model.step import Batch

CPU = torch.device("cpu")


@pytest.mark.parametrize("rate", [0.0, 0.001, 0.1, 0.5, 0.9, 1.0])
def test_share_is_the_rate(rate):
    found = Noise(0, CPU).decide(rate, (1, 400_000)).float().mean().item()
    assert found == pytest.approx(rate, abs=4 * (rate * (1 - rate) / 400_000) ** 0.5 + 1e-5)


def test_decisions_are_not_related_to_their_neighbours():
    values = Noise(1, CPU).decide(0.5, (1, 400_000))[0].float() - 0.5
    for lag in (1, 2, 3, 4, 5, 16, 64):
        assert float((values[lag:] * values[:-lag]).mean()) == pytest.approx(
            0, abs=0.25 * 4 / 400_000**0.5
        )


def test_blocks_do_not_repeat():
    noise = Noise(2, CPU)
    first, second = (noise.decide(0.5, (1, BLOCK)) for _ in range(2))
    assert float((first == second).float().mean()) == pytest.approx(0.5, abs=0.01)


def test_same_seed_same_decisions_and_another_seed_others():
    draws = [
        [Noise(seed, CPU).decide(0.3, shape).tolist() for shape in ((2, 5, 7), (2, 3, 7))]
        for seed in (4, 4, 5)
    ]
    assert draws[0] == draws[1]
    assert draws[0] != draws[2]


# hidden values


def mask_of(rate, *, has_flags=True):
    return ValueMask(np.array([0.5, -0.5], dtype=np.float32), [3, 5], rate, has_flags=has_flags)


def noise():
    return Noise(0, CPU)


def batch_of(n=4000, width=4):
    return Batch(
        torch.full((2, n, width), 7.0), torch.zeros(2, n, 2, dtype=torch.int64), torch.ones(2, n)
    )


def test_masking_hides_its_share_of_each_column():
    batch = mask_of(0.2)(batch_of(), noise())
    hidden = (
        torch.cat([batch.numeric[..., :2] != 7, batch.codes != 0], dim=2).float().mean(dim=(0, 1))
    )
    assert hidden.tolist() == pytest.approx([0.2] * 4, abs=0.02)


def test_hidden_values_look_like_unknown_ones():
    batch = mask_of(0.5)(batch_of(), noise())
    hidden = batch.numeric[..., :2] != 7
    assert torch.equal(batch.numeric[..., 2:] == 1, hidden)
    assert [set(batch.numeric[..., j][hidden[..., j]].tolist()) for j in (0, 1)] == [{0.5}, {-0.5}]
    assert [set(batch.codes[..., j].unique().tolist()) for j in (0, 1)] == [{0, 2}, {0, 4}]


def test_number_is_hidden_in_all_its_columns_at_once():
    pieces = np.array([0.1, 0.2, 0.3, 0.4], dtype=np.float32)  # first pieces, then second ones
    median = np.array([0.5, -0.5], dtype=np.float32)
    mask = ValueMask(median, [3, 5], 0.5, has_flags=True, pieces=pieces)
    batch = mask(batch_of(width=8), noise())
    for number, hidden in enumerate(((0.5, 0.1, 0.3, 1.0), (-0.5, 0.2, 0.4, 1.0))):
        columns = batch.numeric[..., number::2]
        seen = {tuple(row) for row in columns.flatten(0, 1).tolist()}
        assert seen == {(7.0,) * 4, tuple(torch.tensor(hidden).tolist())}


def test_number_that_is_a_category_too_is_hidden_with_it():
    median = np.array([0.5, -0.5], dtype=np.float32)
    pieces = np.array([0.1, 0.2, 0.3, 0.4], dtype=np.float32)
    # the second number is the second category, of the values 0 to 3 the last; it has no flag
    mask = ValueMask(median, [3, 5], 0.5, has_flags=True, pieces=pieces, values=[0, 3])
    part = Labelled(
        Encoded(np.full((4000, 7), 7.0, dtype=np.float32), np.zeros((4000, 2), dtype=np.int64)),
        np.ones(4000, dtype=np.int64),
    )
    columns = HeartMLP(7, [3, 5], Settings(members=1)).columns
    index = torch.arange(4000)[None]
    batch = mask(Patients(part, CPU)[index], noise())
    hidden = batch.codes[..., 1] == 4
    assert float(hidden.float().mean()) == pytest.approx(0.5, abs=0.03)
    for column, shown in ((1, -0.5), (3, 0.2), (5, 0.4)):
        expected = torch.where(hidden, shown, 7.0)
        assert torch.equal(batch.numeric[..., column], expected)
    own = batch.numeric[..., 0] == 0.5
    assert torch.equal(batch.numeric[..., 6], torch.where(own, 1.0, 7.0))
    assert not torch.equal(own, hidden)
    joined = mask.with_columns(columns)(Patients(part, CPU, columns=columns)[index], noise())
    assert torch.equal(joined.numeric, torch.cat([batch.numeric, columns(batch.codes)], dim=2))


def test_masking_works_without_flags_and_leaves_the_batch_alone():
    batch = batch_of(width=2)
    masked = mask_of(0.5, has_flags=False)(batch, noise())
    assert masked.numeric.shape == batch.numeric.shape
    assert bool((batch.numeric == 7).all())
    assert torch.equal(masked.y_true, batch.y_true)


@pytest.mark.parametrize("categories", ["codes", "embedding"])
def test_codes_that_are_columns_are_hidden_alike(categories):
    part = Labelled(
        Encoded(np.full((500, 2), 7.0, dtype=np.float32), np.zeros((500, 2), dtype=np.int64)),
        np.ones(500, dtype=np.int64),
    )
    columns = HeartMLP(2, [3, 5], Settings(members=1, categories=categories)).columns
    mask, index = mask_of(0.5, has_flags=False), torch.arange(500)[None]
    apart = mask(Patients(part, CPU)[index], noise())
    joined = mask.with_columns(columns)(Patients(part, CPU, columns=columns)[index], noise())
    assert joined.codes.shape == (1, 500, 0)
    assert torch.equal(joined.numeric, torch.cat([apart.numeric, columns(apart.codes)], dim=2))


def test_every_fit_hides_what_it_would_hide_alone_with_its_own_median():
    medians, batch = np.array([[0.5, -0.5], [2.0, 3.0]], dtype=np.float32), batch_of(n=50, width=2)
    both = Batch(*(torch.cat([part, part]) for part in batch[:3]))
    together = ValueMask(medians, [3, 5], 0.5, has_flags=False)(both, noise())
    for fit, median in enumerate(medians):
        alone = ValueMask(median, [3, 5], 0.5, has_flags=False)(batch, noise())
        own = slice(2 * fit, 2 * fit + 2)
        assert torch.equal(together.numeric[own], alone.numeric)
        assert torch.equal(together.codes[own], alone.codes)


def test_no_masking_is_no_work():
    batch = batch_of()
    assert mask_of(0.0)(batch, noise()) is batch
