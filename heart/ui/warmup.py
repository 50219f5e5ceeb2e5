"""What happens once a process, beside the first visitor.

All that the pages import is imported in a background thread. Two threads that import packages
with circles (pandas, torch, scikit-learn) at once can deadlock, so each stage has a lock: a page
that needs a stage first takes it, the others wait, and no page imports anything that was not
imported here before. What main.py imports by itself brings nothing but Streamlit.
"""

from __future__ import annotations

import pkgutil
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib import import_module
from typing import Any

from heart import __version__
from heart.errors import HeartError
from heart.events import tell
from heart.paths import SHIPPED_BUNDLE
from heart.schema import EXAMPLE_PATIENT
from heart.ui.collector import collect_now_and_then, freeze
from heart.ui.errors import keep_values_out_of_logs
from heart.ui.logs import begin_log

_first, _heavy, _parts, _all, _lessons = (threading.Lock() for _ in range(5))


OPTIMISERS = "torch._dynamo"
"""What torch imports when the first optimiser of `torch.optim` is made, as two lessons do: some 800
modules.
"""


_warm = threading.Event()


def is_warm() -> bool:
    """Whether everything that the pages need was imported, so that a model can be asked for."""
    return _warm.is_set()


def load_first() -> None:
    """Import what the Patient page shows at first, with pandas and Altair. Costs nothing the
    second time.
    """
    with _first:
        for name in ("forms", "patient"):
            import_module(f"heart.ui.{name}")


def load_heavy() -> None:
    """Import what predicts: scikit-learn and torch. Costs nothing the second time."""
    load_first()
    with _heavy:
        torch = import_module("torch")
        import_module("heart.ui.shared")
        import_module("heart.scoring.patient")
        torch.set_num_threads(1)  # small batches are faster so, and users do not disturb each other


def load_parts() -> None:
    """Import what explains an answer, which need not wait for it. Costs nothing the second time."""
    load_heavy()
    with _parts:
        import_module("heart.ui.patient_parts")


def load_all() -> None:
    """Import the parts of every page. Costs nothing the second time."""
    load_parts()
    with _all:
        for name in _names_of_parts():
            import_module(name)
        _read_cohort()
    _warm.set()


def load_lessons() -> None:
    """Import what the lessons need beside that. Costs nothing the second time."""
    load_all()
    with _lessons:
        import_module(OPTIMISERS)


@cache
def _read_cohort() -> None:
    """Read a shipped table, for which pandera is imported, and more when it is first used."""
    with suppress(HeartError):  # the pages tell of it
        cohort = import_module("heart.data").load_shipped(SHIPPED_BUNDLE.stem)
        import_module("heart.experiments.results").find_results(cohort)


@cache
def _names_of_parts() -> tuple[str, ...]:
    """All modules of heart.ui but main, which is a script; every run of a page asks for them, so
    the folders are listed once.
    """
    modules = pkgutil.walk_packages(import_module("heart.ui").__path__, "heart.ui.")
    return tuple(module.name for module in modules if module.name != "heart.ui.main")


@asynccontextmanager
async def warm_up(
    app: Any,  # noqa: ARG001  the lifespan protocol passes the app
) -> AsyncIterator[dict[str, Any]]:
    """Load everything in the background, so that the server answers at once."""
    begin_log()
    tell("server start", version=__version__)
    keep_values_out_of_logs()
    for name in ("numpy", "PIL.Image"):  # what main.py's page icon needs, before there are threads
        import_module(name)
    threading.Thread(target=_load_everything, name="heart-warm-up", daemon=True).start()
    yield {}
    tell("server stop")


def _load_everything() -> None:
    """Import what predicts, predict once, then import the rest beside the first visitor and make
    what all visitors share.
    """
    began = time.monotonic()
    load_heavy()
    from heart.scoring.patient import predict_patient  # noqa: PLC0415  loaded by now
    from heart.ui.shared import load_start  # noqa: PLC0415

    with suppress(HeartError):  # the pages tell of it
        predict_patient(load_start().bundle, EXAMPLE_PATIENT)
    freeze()
    load_all()
    freeze()
    tell("server ready", seconds=round(time.monotonic() - began, 3))
    load_lessons()
    import_module("heart.ui.warm_results").make_results()
    freeze()
    collect_now_and_then()
    import_module("heart.ui.progress").get_pool().prepare()
