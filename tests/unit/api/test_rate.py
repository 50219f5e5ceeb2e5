"""How often an address may ask."""

import pytest

from heart.api import rate
from heart.api.rate import Rate, address_of


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_so_many_may_come_at_once_and_not_one_more():
    limit = Rate(3, Clock())
    assert [limit.take("a") for _ in range(3)] == [0, 0, 0]
    assert limit.take("a") == 20


def test_one_address_does_not_use_up_anothers():
    limit = Rate(1, Clock())
    assert [limit.take(who) for who in "aba"] == [0, 0, 60]


def test_bucket_fills_up_at_its_rate_and_no_further():
    clock = Clock()
    limit = Rate(60, clock)
    for _ in range(60):
        assert limit.take("a") == 0
    clock.now = 0.5
    assert limit.take("a") == 0.5
    clock.now = 1
    assert [limit.take("a"), limit.take("a")] == [0, 1]
    clock.now = 1e6
    assert [limit.take("a") for _ in range(60)] == [0] * 60
    assert limit.take("a") == 1


def test_refused_requests_cost_nothing():
    clock = Clock()
    limit = Rate(1, clock)
    for _ in range(100):
        limit.take("a")
    clock.now = 60
    assert limit.take("a") == 0


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(rate, "MAX_ADDRESSES", 2)
    limit = Rate(1, Clock())
    assert [limit.take(who) for who in "abcb"] == [0, 0, 0, 60]
    assert limit.take("a") == 0  # it asked longest ago, and was forgotten


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("", ""),
        ("unix", "unix"),
    ],
)
def test_who_is_counted_as_one(host, counted):
    assert address_of(host) == counted
