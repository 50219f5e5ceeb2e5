"""What happens once a process, beside the first visitor.

The heavy libraries are imported in a background thread. Two threads that import the same circular
packages at once can deadlock, so whoever needs them first takes a lock, and the others wait for it.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

from heart.ui.errors import keep_values_out_of_logs

_light, _heavy = threading.Lock(), threading.Lock()


def load_light() -> None:
    """Import what every page needs: pandas and Altair. Costs nothing the second time."""
    with _light:
        import_module("altair")
        import_module("pandas")


def load_heavy() -> None:
    """Import what predicts and trains: scikit-learn and torch. Costs nothing the second time."""
    load_light()
    with _heavy:
        torch = import_module("torch")
        import_module("heart.experiments.run")
        torch.set_num_threads(1)  # small batches are faster so, and users do not disturb each other


@asynccontextmanager
async def warm_up(
    app: Any,  # noqa: ARG001  the lifespan protocol passes the app
) -> AsyncIterator[dict[str, Any]]:
    """Load everything in the background, so that the server answers at once."""
    keep_values_out_of_logs()
    threading.Thread(target=_load_everything, name="heart-warm-up", daemon=True).start()
    yield {}


def _load_everything() -> None:
    """Import all, predict once, then take what will never be freed out of the garbage collector's
    sight.

    Streamlit collects garbage after every rerun: without the freeze that takes about 100 ms with
    these libraries loaded.
    """
    load_heavy()
    from heart.schema import EXAMPLE_PATIENT  # noqa: PLC0415
    from heart.scoring.patient import predict_patient  # noqa: PLC0415
    from heart.ui.cache import load_active  # noqa: PLC0415

    predict_patient(load_active(), EXAMPLE_PATIENT)
    gc.collect()
    gc.freeze()
