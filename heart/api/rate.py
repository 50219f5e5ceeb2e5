"""How often an address may ask: a bucket of requests each, which fills up again."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

MAX_ADDRESSES = 10_000
"""Buckets; of more addresses, those that asked longest ago begin anew."""


class Rate:
    """A limit on requests.

    Args:
        a_minute: requests of one address; so many may also come at once.
        clock: seconds that never go back.
    """

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._full, self._clock = float(a_minute), clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> float:
        """Take one request out of an address's bucket: 0, or the seconds until there is one."""
        now, a_second = self._clock(), self._full / 60
        held, since = self._buckets.pop(address, (self._full, now))
        held = min(self._full, held + (now - since) * a_second)
        wait = max(0.0, (1 - held) / a_second)
        self._buckets[address] = (held if wait else held - 1, now)
        if len(self._buckets) > MAX_ADDRESSES:
            self._buckets.popitem(last=False)
        return wait


def address_of(host: str) -> str:
    """Who is counted as one: an address of IPv4, a network of 64 bits of IPv6.

    >>> address_of("192.0.2.7"), address_of("2001:db8::1:2")
    ('192.0.2.7', '2001:db8::/64')
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped or ipaddress.ip_network((address, 64), strict=False))
