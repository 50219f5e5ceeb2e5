"""Why this probability: what each known value of a patient contributes to it, in log-odds.

The players are the features that are known and that the model knows what to do with; the value of a
set of them is the log-odds of the model's probability, recalibrated, when only they are known.
Probabilities are kept within 1e-6 of 0 and 1 for that, as everywhere (`to_logits`). What "only they
are known" means decides the game (Covert, Lundberg and Lee, Explaining by removing, JMLR 22 (2021),
no. 209):

masked: The other features are coded as not known. A model that was trained with values hidden at
    random has learnt the probability of disease given any set of features, so that this is its own
    answer to the question: the conditional game, without sampling and without an assumption on how
    features depend on each other. Frye et al., Shapley explainability on the data manifold, ICLR
    2021, train a model for the purpose.
interventional: The other features are as in a patient of the cohort; the probabilities are averaged
    over its patients. For a model that never saw a hidden value ("not known" is then an input it
    has not learnt to read), and only where its cohort is at hand. It asks the model about
    combinations of values that nobody has (Janzing, Minorics and Bloebaum, Feature relevance
    quantification in explainable AI, AISTATS 2020; `shap` calls it interventional).

A feature that is not known, or whose value did not occur in training and is read as not known, is
no player: it is coded as not known in every coalition, and contributes 0. So the contributions lead
from the answer for somebody of whom nothing is known to exactly the answer that this patient got.

The members are asked the same way, each in a game of its own, with the log-odds of its own
probability. Where nine of ten of them are (all of few) says how far the model's members agree. The
mean of probabilities is nearer to 1/2 than the probability of mean log-odds, so that the range need
not hold the contribution itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from scipy.special import expit

from heart.bundle import Bundle
from heart.data.patients import canonical_patient, dtype_of
from heart.evaluation.calibration import EDGE, to_logits
from heart.evaluation.members import find_ends
from heart.explain.shapley import shapley_values
from heart.model.preprocessing import Encoded
from heart.schema import FEATURE_NAMES, Feature, Value
from heart.shares import write_share
from heart.units import MG_DL

Game = Literal["masked", "interventional"]
FloatArray = npt.NDArray[np.float64]

MAX_BACKGROUND = 1000
"""Patients of the cohort over whom the interventional game averages, at most."""

MIN_BACKGROUND = 8
"""However large the network is."""

MAX_FLOATS = 2**29
"""Hidden units of all members, coalitions and patients together, in the interventional game; a
second or so.
"""


class Step(NamedTuple):
    """What one feature contributes.

    Attributes:
        feature: of the model.
        value: the patient's; None where not known.
        contribution: log-odds; above 0 it raises the probability.
        low, high: between which nine of ten of the members' own contributions are, or all of few
            (`heart.evaluation.members`), log-odds; None with a single member.
        before, after: the probability before and after it, if the features are added to those that
            are known in this order.
        is_used: False where the model read it as not known: it is, or never occurred in training.
    """

    feature: Feature
    value: Value | None
    contribution: float
    low: float | None
    high: float | None
    before: float
    after: float
    is_used: bool

    @property
    def effect(self) -> str:
        """In a word, of the contribution to two digits: "raises", "lowers" or "changes nothing"."""
        rounded = round(self.contribution, 2)
        return "raises" if rounded > 0 else "lowers" if rounded < 0 else "changes nothing"

    @property
    def is_disputed(self) -> bool:
        """Whether its range reaches from members who say that it lowers to some that it raises."""
        return self.low is not None and self.high is not None and self.low < 0 < self.high


class Why(NamedTuple):
    """A probability and where it comes from.

    Attributes:
        game: what it means that only some features are known.
        base: the probability if nothing were known of the patient ("masked"), or the mean of the
            cohort's patients with this patient's unknowns ("interventional").
        probability: the model's answer.
        steps: used features by the size of their contribution, the largest first; then the others,
            in the order of the model's features.
        background: of how many patients of the cohort the game takes the other values; 0 in the
            masked game.
    """

    game: Game
    base: float
    probability: float
    steps: tuple[Step, ...]
    background: int = 0


def waterfall_frame(why: Why, *, start: str, units: str = MG_DL) -> pd.DataFrame:
    """The steps as `heart.charts.patient_why.waterfall` draws them: from the start over the used
    features to this patient.

    Args:
        why: the explanation.
        start: what its first level is, in words.
        units: in which values are shown.
    """
    rows = [_level(start, why.base)]
    for step in why.steps:
        if step.is_used and step.value is not None:
            level = to_logits(np.array(step.before)).item()
            label = step.feature.in_units(units).label
            value = step.feature.describe(step.value, units=units)
            rows.append(
                {
                    "row": f"{label}|{value} ({format_log_odds(step.contribution)})",
                    "effect": step.effect,
                    "start": level,
                    "end": level + step.contribution,
                    "low": np.nan if step.low is None else level + step.low,
                    "high": np.nan if step.high is None else level + step.high,
                    "probability": step.after,
                }
            )
    return pd.DataFrame([*rows, _level("This patient", why.probability)])


def _level(name: str, probability: float) -> dict[str, Any]:
    level = to_logits(np.array(probability)).item()
    return {
        "row": f"{name}|{write_share(probability)}",
        "effect": "probability",
        "start": level,
        "end": level,
        "low": np.nan,
        "high": np.nan,
        "probability": probability,
    }


def format_log_odds(size: float) -> str:
    """A contribution as text, with its sign: "+0.84", or "0.00"."""
    text = f"{size:+.2f}"
    return "0.00" if float(text) == 0 else text.replace("-", "−")


class _Played(NamedTuple):
    """A game's values: each member's log-odds, shape (M, 2^k), and the model's, (2^k,)."""

    members: FloatArray
    model: FloatArray


def game_of(bundle: Bundle) -> Game:
    """Which game explains this model: "masked" if values were hidden from it in training."""
    return "masked" if bundle.settings.masking else "interventional"


def explain_patient(
    bundle: Bundle, patient: Mapping[str, object], *, cohort: pd.DataFrame | None = None
) -> Why | None:
    """Why the bundle gives this patient the probability that it gives; None for a model that needs
    patients of its cohort for that, without them.

    Args:
        bundle: the model.
        patient: names of features to codes, words or None.
        cohort: patients of the cohort that the model learnt from, canonical, shape (n, at least the
            model's features); not read for a model that was trained with masking.

    Raises:
        PatientError: for an unknown name, an impossible value, or a patient of whom nothing is
            known.
    """
    values = canonical_patient(patient)
    players = used_features(bundle, values)
    if game_of(bundle) == "masked":
        encoded = _encode_alone(bundle, values, players)
        members, model = bundle.predict_coalitions(encoded)
        return _lay_out(bundle, values, players, _Played(_log_odds(members), _log_odds(model)))
    if cohort is None or cohort.empty:
        return None
    background = choose_background(bundle, cohort, len(players))
    played = _play_over(bundle, values, players, background)
    return _lay_out(bundle, values, players, played)._replace(
        game="interventional", background=len(background)
    )


def used_features(bundle: Bundle, patient: Mapping[str, Value | None]) -> list[Feature]:
    """The features of the model that are known of a patient and that it has learnt to read."""
    problems = bundle.preprocessor.find_patient_problems(patient)
    return [
        f for f in bundle.preprocessor.features if problems.get(f.name) not in ("missing", "unseen")
    ]


def _encode_alone(
    bundle: Bundle, patient: Mapping[str, Value | None], players: list[Feature]
) -> Encoded:
    """The patient of whom nothing is known, then with each player alone, k + 1 rows."""
    nothing: dict[str, Value | None] = dict.fromkeys(FEATURE_NAMES)
    alone = [nothing, *({**nothing, f.name: patient[f.name]} for f in players)]
    rows = [bundle.preprocessor.transform_patient(values) for values in alone]
    return _stack(rows)


def choose_background(bundle: Bundle, cohort: pd.DataFrame, players: int) -> pd.DataFrame:
    """The patients whose values stand in for what is left out: all of the cohort, or as many as can
    be played with in about a second, evenly spaced in the order of the model's answers.

    Of a model that learnt from complete patients only, these.
    """
    features = [f.name for f in bundle.preprocessor.features]
    complete = cohort.dropna(subset=features) if bundle.settings.complete_rows else cohort
    patients = complete if len(complete) else cohort
    widest = max(bundle.network.widths, default=1) * bundle.network.members
    n = min(len(patients), MAX_BACKGROUND, max(MAX_FLOATS // (widest * 2**players), MIN_BACKGROUND))
    order = np.argsort(bundle.predict_proba(patients), kind="stable")
    middles = (np.arange(n) + 0.5) * len(patients) / n
    chosen: pd.DataFrame = patients.iloc[order[middles.astype(np.int64)]]
    return chosen


def _play_over(
    bundle: Bundle,
    patient: Mapping[str, Value | None],
    players: list[Feature],
    background: pd.DataFrame,
) -> _Played:
    """The interventional game: the log-odds of the mean over the patients of the background."""
    members = np.zeros((bundle.network.members, 2 ** len(players)))
    model = np.zeros(2 ** len(players))
    for encoded in _encode_mixed(bundle, patient, players, background):
        probabilities = bundle.predict_coalitions(encoded)
        members += probabilities[0]
        model += probabilities[1]
    return _Played(_log_odds(members / len(background)), _log_odds(model / len(background)))


def _log_odds(probabilities: FloatArray) -> FloatArray:
    """`to_logits` in a fifth of the time, which a quarter of a million probabilities show."""
    return np.asarray(torch.from_numpy(probabilities).logit(eps=EDGE).numpy())


def _encode_mixed(
    bundle: Bundle,
    patient: Mapping[str, Value | None],
    players: list[Feature],
    background: pd.DataFrame,
) -> Iterator[Encoded]:
    """For each patient of the background: that one, not known what is no player; then with each
    player's value of the patient who is explained; k + 1 rows.
    """
    others = background
    for entry in bundle.preprocessor.features:
        if entry not in players:
            others = _with_value(others, entry, None)
    frames = [others, *(_with_value(others, entry, patient[entry.name]) for entry in players)]
    encoded = [bundle.preprocessor.encode(frame) for frame in frames]
    for row in range(len(background)):
        yield _stack([Encoded(e.numeric[row : row + 1], e.codes[row : row + 1]) for e in encoded])


def _with_value(frame: pd.DataFrame, entry: Feature, value: Value | None) -> pd.DataFrame:
    """The patients with this value of the feature."""
    column = pd.Series([value] * len(frame), index=frame.index, dtype=dtype_of(entry))
    return frame.assign(**{entry.name: column})


def _stack(rows: list[Encoded]) -> Encoded:
    numeric, codes = (np.concatenate(arrays) for arrays in zip(*rows, strict=True))
    return Encoded(numeric, codes)


def _lay_out(
    bundle: Bundle,
    patient: Mapping[str, Value | None],
    players: list[Feature],
    played: _Played,
) -> Why:
    """The contributions as steps from nothing known to the answer, the largest first."""
    contributions = shapley_values(played.model)
    low, high = _spread(shapley_values(played.members))
    order = np.argsort(-np.abs(contributions), kind="stable")
    levels = expit(played.model[0] + np.cumsum([0.0, *contributions[order]])).tolist()
    steps = [
        Step(entry, patient[entry.name], *figures, before, after, is_used=True)
        for entry, figures, before, after in zip(
            (players[i] for i in order),
            ((contributions[i].item(), low[i], high[i]) for i in order),
            levels,
            levels[1:],
            strict=False,  # there is a level more than steps
        )
    ]
    none = None if len(played.members) == 1 else 0.0  # every member reads it as not known
    unused = [
        Step(entry, patient[entry.name], 0.0, none, none, levels[-1], levels[-1], is_used=False)
        for entry in bundle.preprocessor.features
        if entry not in players
    ]
    return Why("masked", levels[0], levels[-1], (*steps, *unused))


def _spread(members: FloatArray) -> tuple[list[float | None], list[float | None]]:
    """Where most of the members put each player's contribution, of shape (M, k); None with a
    single member.
    """
    if len(members) == 1:
        nothing: list[float | None] = [None] * members.shape[1]
        return nothing, nothing
    low, high = np.quantile(members, find_ends(len(members)), axis=0).tolist()
    return low, high
