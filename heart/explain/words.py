"""Sentences about an answer, in Markdown, the same on every screen and page."""

from __future__ import annotations

import math
from collections.abc import Mapping

from heart.bundle import Bundle
from heart.evaluation.figures import Figure
from heart.evaluation.intervals import proportion
from heart.evaluation.members import MANY
from heart.explain.certainty import CLOSEST, WANTED, Members, Nearby, Novelty, ZoneOf
from heart.explain.next_tests import NextTest
from heart.explain.why import Why
from heart.schema import Feature, Value
from heart.shares import write_share
from heart.units import MG_DL

ZONES = {"rule out": "Rule out", "cannot tell": "Cannot tell", "rule in": "Rule in"}
FAR, EDGE = 0.01, 0.05
"""Shares of the cohort that are as far from their nearest patients."""

NOT_TRAINED = (
    "No values were hidden from this model in training (masking 0): what it makes of a value that"
    " is not known it learnt at most from the gaps of its own table, so its answer before a test is"
    " not compared with those after it. Train a model with masking on the Train page, or use the"
    " shipped one."
)

SIDES = (
    "There is no decision now, as too little is known: counted is how often the answer would be on"
    " the other side of the threshold."
)

NO_GAME = (
    "No values were hidden from this model in training, so it learnt little or nothing of what"
    " “not known” means; it could be explained over the patients that it learnt from, which are"
    " not here."
)


def write_value(entry: Feature, value: Value | None, units: str = MG_DL) -> str:
    """A value in words, with its unit: cholesterol's as chosen."""
    return "not known" if value is None else entry.describe(value, units=units)


def describe_start(told: Why) -> str:
    """Whose probability the steps start at."""
    if told.game == "masked":
        return "somebody of whom nothing is known"
    return f"the mean over {told.background} patients of the model's cohort"


def describe_members(members: Members | None) -> str:
    """The members' spread in words."""
    if members is None:
        return (
            "This model has a single member, so it shows no spread of its own. That does not make"
            " it sure."
        )
    verb = "is" if members.positive == 1 else "are"
    most = f"Nine of ten say {write_share(members.low)} to {write_share(members.high)}, all of them"
    return (
        f"{members.positive} of its {members.n} members {verb} at or above the threshold."
        f" {most if members.n >= MANY else 'They say'} {write_share(members.lowest)} to"
        f" {write_share(members.highest)}. That is the model's own uncertainty, not a range the"
        " patient will fall in."
    )


def describe_test_part(bundle: Bundle, *, is_positive: bool) -> str:
    """What those of the test part had about whom the model decided the same."""
    counts = bundle.metrics["test"]["confusion"]
    ill, healthy = (counts["tp"], counts["fp"]) if is_positive else (counts["fn"], counts["tn"])
    word = "disease" if is_positive else "no disease"
    if ill + healthy == 0:
        return f"Of nobody in its test part the model decided “{word}”."
    return (
        f"In its test part it decided “{word}” for {ill + healthy} patients;"
        f" {_were_ill(ill, proportion(ill, ill + healthy))}."
    )


def _were_ill(diseased: int, share: Figure) -> str:
    """As in "24 were ill (77 %, exact 95 % interval 59 % to 90 %)"."""
    verb = "was" if diseased == 1 else "were"
    return (
        f"{diseased} {verb} ill ({write_share(share.value)}, exact 95 % interval"
        f" {write_share(share.low)} to"
        f" {write_share(share.high)})"
    )


def describe_zone(found: ZoneOf, patients: int) -> str:
    """The zone and what its patients had."""
    zone = found.zone
    where = f"**{ZONES[zone.name]}** ({write_share(zone.low)} to {write_share(zone.high)})"
    if zone.patients == 0:
        return f"{where}: in cross-validation nobody fell into this zone."
    return (
        f"{where}: in cross-validation {zone.patients} of {patients} patients fell into this zone;"
        f" {_were_ill(zone.diseased, zone.share)}. Its borders keep a sensitivity and a specificity"
        f" of {write_share(WANTED)} on these patients, who set them: among others they keep a"
        " little less (the Threshold page says how much)."
    )


def describe_nearby(nearby: Nearby) -> str:
    """What patients with this probability had, and whether that fits."""
    low, high = nearby.share.low or 0.0, nearby.share.high or 0.0
    if nearby.expected < low:
        verdict = "more often than the model said"
    elif nearby.expected > high:
        verdict = "less often than the model said"
    else:
        verdict = "which agrees with what the model said"
    return (
        f"Of the {nearby.patients} patients in cross-validation with the nearest probabilities"
        f" ({write_share(nearby.low)} to {write_share(nearby.high)}, on average"
        f" {write_share(nearby.expected)})"
        f" {_were_ill(nearby.diseased, nearby.share)}, {verdict}."
    )


def describe_unknown(bundle: Bundle, patient: Mapping[str, Value | None]) -> str:
    """That those patients may be known better than this one; empty where all is known."""
    used = bundle.preprocessor.features
    unknown = sum(patient[entry.name] is None for entry in used)
    if not unknown:
        return ""
    return (
        "Those patients were answered with all that is known of them. Of this one"
        f" {unknown} of {len(used)} values are not known: what such answers were worth was not"
        " counted."
    )


def describe_novelty(novelty: Novelty) -> str:
    """How far from the cohort, in words."""
    if novelty.distance is None:
        return "Too few values are known in common with the cohort's patients to tell."
    share = novelty.farther / novelty.compared
    verdict = (
        "**Unlike the cohort**: the answer is an extrapolation"
        if share < FAR
        else "**At the edge of the cohort**"
        if share < EDGE
        else "**Inside the cohort**"
    )
    return (
        f"{verdict}. The {CLOSEST} nearest patients are {novelty.distance:.2f} away on average (0:"
        f" the same in all values). Of {novelty.compared} patients of the cohort"
        f" {novelty.farther} {'is' if novelty.farther == 1 else 'are'} as far from their nearest,"
        f" or farther; half are nearer than {novelty.typical:.2f}."
    )


def write_span(low: float, high: float) -> str:
    """A range of probabilities; a dash where there is none."""
    return "–" if math.isnan(low) else f"{write_share(low)} to {write_share(high)}"


def write_chance(test: NextTest) -> str:
    """How often the decision changed, with its interval; a dash where that cannot be told."""
    if test.chance.value is None:
        return f"– (known of {test.drawn})" if test.drawn else "–"
    low, high = test.chance.low or 0.0, test.chance.high or 0.0
    return f"{test.changed} of {test.drawn} ({write_share(low)} to {write_share(high)})"
