"""Random decisions: their share, their independence, and that they depend on the seed alone."""

import pytest
import torch

from heart.model.noise import BLOCK, Noise

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


def test_every_fit_gets_what_it_would_get_alone():
    alone, together = Noise(6, CPU), Noise(6, CPU, fits=3)
    for shape in ((2, 32, 13), (2, 32, 32), (2, 5, 40_000)):
        one = alone.decide(0.4, shape)
        all_fits = together.decide(0.4, (6, *shape[1:]))
        assert all(torch.equal(all_fits[2 * fit : 2 * fit + 2], one) for fit in range(3))
