"""Two ways from a logit to its cross-entropy in single precision, and the closed form in double
precision beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from torch import Tensor
from torch.nn import BCELoss, BCEWithLogitsLoss

from heart.errors import SettingsError

FloatArray = npt.NDArray[np.float64]

CLAMP = 100.0
"""The largest loss that BCELoss gives: PyTorch takes a logarithm below -100 for -100, so that log 0
is not infinite.
"""

EXACT = "exact"
HIGHEST = 200


def separate_loss(logit: Tensor, y_true: Tensor) -> Tensor:
    """Each loss by way of a probability: sigmoid first, then BCELoss; shape (n,)."""
    probability = torch.sigmoid(logit)
    loss: Tensor = BCELoss(reduction="none")(probability, y_true)
    return loss


def joined_loss(logit: Tensor, y_true: Tensor) -> Tensor:
    """Each loss straight from the logit, by BCEWithLogitsLoss; shape (n,)."""
    loss: Tensor = BCEWithLogitsLoss(reduction="none")(logit, y_true)
    return loss


WAYS: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = MappingProxyType(
    {"sigmoid, then BCELoss": separate_loss, "BCEWithLogitsLoss": joined_loss}
)
"""Name of each way and what computes the losses."""


def exact_loss(logit: FloatArray, outcome: int) -> tuple[FloatArray, FloatArray]:
    """Each loss (nats) and gradient by the closed form, float64, shape (n,) each.

    With s = z for class 0 and -z for class 1 the loss is log(1 + e^s) and its gradient by z is plus
    or minus 1 / (1 + e^-s).
    """
    sign = 1 - 2 * outcome
    loss = np.logaddexp(0.0, sign * logit)
    return loss, sign * np.exp(-np.logaddexp(0.0, -sign * logit))


def compare_ways(logit: FloatArray, outcome: int) -> pd.DataFrame:
    """Loss and gradient of each logit by both ways in float32, with gradients by autograd, and
    exactly.

    Args:
        logit: shape (n,).
        outcome: the true class, 0 or 1.

    Returns:
        One row a way (the names in `WAYS`, then `EXACT`) and logit: `way`, `logit`, `loss` (nats),
            `gradient` (by the logit).

    Raises:
        SettingsError: for another class.

    >>> compare_ways(np.array([50.0]), 0).round(1).to_dict("list")["loss"]
    [100.0, 50.0, 50.0]
    """
    if outcome not in (0, 1):
        raise SettingsError("the class 0 or 1", str(outcome), "Choose one of them.")
    values = {way: _by_autograd(compute, logit, outcome) for way, compute in WAYS.items()} | {
        EXACT: exact_loss(logit, outcome)
    }
    frames = [
        pd.DataFrame({"way": way, "logit": logit, "loss": loss, "gradient": slope})
        for way, (loss, slope) in values.items()
    ]
    return pd.concat(frames, ignore_index=True)


def _by_autograd(
    compute: Callable[[Tensor, Tensor], Tensor], logit: FloatArray, outcome: int
) -> tuple[FloatArray, FloatArray]:
    z = torch.tensor(logit, dtype=torch.float32, requires_grad=True)
    loss = compute(z, torch.full_like(z, outcome))
    (gradient,) = torch.autograd.grad(loss.sum(), z)
    return loss.detach().double().numpy(), gradient.double().numpy()


def first_failures(outcome: int) -> tuple[int, int]:
    """How wrong a whole logit must be until the separate way's gradient is less than half the exact
    one, and until its loss is clamped.

    Both are distances from 0 on the wrong side: above it for class 0, below it for class 1.
    """
    wrong = np.arange(1, HIGHEST + 1, dtype=np.float64)
    table = compare_ways(wrong * (1 - 2 * outcome), outcome)
    separate, exact = (table[table["way"] == way] for way in (next(iter(WAYS)), EXACT))
    vanished = np.abs(separate["gradient"].to_numpy()) < np.abs(exact["gradient"].to_numpy()) / 2
    clamped = separate["loss"].to_numpy() == CLAMP
    return int(wrong[vanished][0]), int(wrong[clamped][0])
