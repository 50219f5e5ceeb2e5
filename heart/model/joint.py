"""Several fits as one network: folds train side by side, each with its preprocessing and rows.

The parts of all fits lie below each other, and each member draws its batches from the rows of its
own fit. Weights, order and noise depend on a member's index within its fit, never on its company.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from heart.config import Settings
from heart.model.batches import Labelled, MemberRows
from heart.model.masking import ValueMask
from heart.model.network import HeartMLP
from heart.model.preprocessing import Encoded
from heart.model.side_by_side import OnShare, count_workers, side_by_side
from heart.model.training import Prepared, train

MAX_MEMBERS = 320
"""Members of one joint network: more do not fit the cache and gain nothing."""


def fit_jointly(
    prepared: Sequence[Prepared], settings: Settings, *, on_share: OnShare | None = None
) -> list[HeartMLP]:
    """A network of `settings.members` members for each fit, as if each had been trained by itself.

    Each equals the separate fit, to rounding.

    Args:
        prepared: the fits. Those with equally many rows train together.
        settings: the same for all.
        on_share: sees the progress after every epoch.
    """
    groups = _groups(prepared, settings.members)
    trained = side_by_side(
        lambda group, tell: _train_joint([prepared[fit] for fit in group], settings, tell),
        groups,
        sizes=[len(group) for group in groups],
        on_share=on_share,
    )
    networks = {
        fit: network
        for group, joint in zip(groups, trained, strict=True)
        for fit, network in zip(group, joint, strict=True)
    }
    return [networks[fit] for fit in range(len(prepared))]


def _groups(prepared: Sequence[Prepared], members: int) -> list[list[int]]:
    """Indices of fits of the same shape, at most `MAX_MEMBERS` members together, and in as many
    groups as can be trained side by side.
    """
    by_shape: dict[tuple[object, ...], list[int]] = {}
    for index, fit in enumerate(prepared):
        n_valid = None if fit.valid is None else len(fit.valid.y_true)
        shape = (
            len(fit.train.y_true),
            n_valid,
            fit.train.encoded.numeric.shape[1],
            *fit.preprocessor.cardinalities,
        )
        by_shape.setdefault(shape, []).append(index)
    largest, workers = max(1, MAX_MEMBERS // members), count_workers(len(prepared))
    size = min(largest, -(-len(prepared) // workers))
    return [
        alike[start : start + size]
        for alike in by_shape.values()
        for start in range(0, len(alike), size)
    ]


def _train_joint(fits: list[Prepared], settings: Settings, tell: OnShare) -> list[HeartMLP]:
    members, cardinalities = settings.members, fits[0].preprocessor.cardinalities
    together = replace(settings, members=members * len(fits))
    network = HeartMLP(fits[0].train.encoded.numeric.shape[1], cardinalities, together)
    indices = list(range(members)) * len(fits)
    network.reset(settings.random_state, indices)
    mask = ValueMask(
        np.stack([fit.preprocessor.scaled_median() for fit in fits]),
        cardinalities,
        settings.masking,
        has_flags=settings.missing_flags,
        pieces=np.stack([fit.preprocessor.median_pieces() for fit in fits]),
        values=fits[0].preprocessor.known_with,
    )
    train_part, train_rows = _stack([fit.train for fit in fits], members)
    valid = [fit.valid for fit in fits if fit.valid is not None]
    valid_part, valid_rows = _stack(valid, members) if valid else (None, None)
    rows = MemberRows(train_rows, valid_rows, indices, len(fits))
    trained = train(
        network,
        train_part,
        valid_part,
        together,
        mask=mask,
        rows=rows,
        on_epoch_end=lambda record: tell(record.epoch / settings.max_epochs),
    )
    tell(1.0)
    return [
        _take_members(trained.network, start, settings)
        for start in range(0, together.members, members)
    ]


def _stack(parts: Sequence[Labelled], members: int) -> tuple[Labelled, npt.NDArray[np.int64]]:
    """The parts below each other, and which of the rows each member sees, shape (M * parts, n)."""
    numeric = np.concatenate([part.encoded.numeric for part in parts])
    codes = np.concatenate([part.encoded.codes for part in parts])
    y_true = np.concatenate([part.y_true for part in parts])
    weight = None
    if any(part.weight is not None for part in parts):
        ones = np.ones(len(y_true) // len(parts))
        weight = np.concatenate([ones if p.weight is None else p.weight for p in parts])
    own = np.arange(len(y_true), dtype=np.int64).reshape(len(parts), -1)
    return Labelled(Encoded(numeric, codes), y_true, weight), np.repeat(own, members, axis=0)


def _take_members(network: HeartMLP, start: int, settings: Settings) -> HeartMLP:
    """A network of some of the members."""
    state = {
        name: tensor[start : start + settings.members].clone()
        for name, tensor in network.state_dict().items()
    }
    with torch.device("meta"):
        taken = HeartMLP(network.n_numeric, network.cardinalities, settings)
    taken.load_state_dict(state, assign=True)
    return taken.to(network.logit.weight.device).requires_grad_(requires_grad=False)
