"""One GPU a worker, where a machine has several: `python -m dask worker` with
`--preload-nanny heart.cluster.devices` runs `dask_setup` for each worker before it is started, and
so before it imports torch.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from typing import Any

VISIBLE = "CUDA_VISIBLE_DEVICES"

_order = itertools.count()
"""Of the workers that this command starts. One that is started again keeps its device: what starts
it is the same.
"""


def dask_setup(nanny: Any) -> None:
    """Dask's own name for what is called with each process that starts a worker."""
    nanny.env[VISIBLE] = find_device(next(_order))


def find_device(worker: int, environment: Mapping[str, str] = os.environ) -> str:
    """The device that a worker may see: of those that the environment lists, in turn; where it
    lists none, that of the worker's own number.

    Args:
        worker: its number, from 0.
        environment: of the command that starts the workers.

    >>> [find_device(i, {"CUDA_VISIBLE_DEVICES": "2,GPU-8a"}) for i in range(3)]
    ['2', 'GPU-8a', '2']
    >>> find_device(1, {}), find_device(1, {"CUDA_VISIBLE_DEVICES": ""})
    ('1', '')
    """
    if VISIBLE not in environment:
        return str(worker)
    devices = [name.strip() for name in environment[VISIBLE].split(",")]
    return devices[worker % len(devices)]
