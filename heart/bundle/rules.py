"""The rules that tie a bundle's parts together, checked on content whose layout is right."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from heart.bundle.checks import refuse
from heart.config import ENTRY_SETTINGS, LATER
from heart.evaluation.recalibration import MIN_GAP
from heart.evaluation.thresholds import AFTER_TEST, BY_HAND, WANTING, bayes_threshold
from heart.schema import Feature, Value
from heart.schema import feature as schema_feature

MOST_DEVIATIONS = 1e6
"""Scales that a possible value may lie from the mean. With weights of at most
`heart.bundle.weights.MAX_WEIGHT` no sum of the network can overflow float32: a probability that is
no number would be read as "no disease".
"""

LARGEST_LOSS = 50.0
KINDS = {"number": "scale", "category": "label", "both": "both"}
"""How a feature enters, and the word that files have for it."""

_SLACK = 1e-6
_OUTSIDE = 0.05


def check_agreement(content: dict[str, Any]) -> None:
    """Features, scaler and encoders belong together; counts add up; settings, threshold and
    recalibration do not contradict themselves.

    Raises:
        BundleError: naming the place, what was expected and what was found.
    """
    _check_features(content["features"], content["encoders"], content["settings"])
    _check_scaler(content["features"], content["scaler"])
    _check_knots(content["features"], content["scaler"], content["settings"])
    _check_counts(content)
    _check_figures(content["metrics"])
    _check_epochs(content["settings"])
    _check_threshold(content["threshold"])
    _check_recalibration(content.get("recalibration"))
    _check_learnt(content.get("learnt"), content["metrics"])
    _check_golden_values(content["golden"])


def describe_feature(
    feature: Feature, training_range: list[float] | None, *, kind: str
) -> dict[str, Any]:
    """One entry of `features`; the range of a code is its list of codes."""
    return {
        "name": feature.name,
        "kind": kind,
        "unit": feature.unit,
        "codes": [[code, label] for code, label in feature.codes],
        "range": None if feature.codes else [float(feature.minimum), float(feature.maximum)],
        "training_range": training_range,
    }


def _check_features(
    features: list[dict[str, Any]], encoders: dict[str, list[Any]], settings: dict[str, Any]
) -> None:
    """Features are this schema's, each once, and enter as the settings say; encoders hold classes
    of theirs.
    """
    names = [entry["name"] for entry in features]
    if len(set(names)) != len(names):
        raise refuse("each feature once", f"{len(names) - len(set(names))} repeated")
    for entry in features:
        feature = schema_feature(entry["name"])
        kind = _kind_of(feature, settings)
        if entry != describe_feature(feature, entry["training_range"], kind=kind):
            raise refuse(
                f"the feature {entry['name']} as this version defines it",
                "another kind, unit, code or range",
            )
        _check_training_range(entry)
    categories = [entry for entry in features if entry["kind"] != "scale"]
    if set(encoders) != {entry["name"] for entry in categories}:
        raise refuse(
            "one encoder for each category",
            f"{len(encoders)} encoders for {len(categories)} categories",
        )
    for entry in categories:
        classes = encoders[entry["name"]]
        _check_classes(entry["name"], classes, [code for code, _ in entry["codes"]])
        known = [classes[0], classes[-1]] if classes else None
        if entry["kind"] == "both" and entry["training_range"] != known:
            raise refuse(f"the training range of {entry['name']} to be that of its classes", "more")


def _kind_of(feature: Feature, settings: dict[str, Any]) -> str:
    """As the schema says or, of a code with an order, as the settings do."""
    by_feature = {of: (LATER | settings)[name] for name, of in ENTRY_SETTINGS.items()}
    entry = by_feature.get(feature.name)
    return feature.encoding if entry is None else KINDS[entry]


def _check_training_range(entry: dict[str, Any]) -> None:
    bounds, feature = entry["training_range"], schema_feature(entry["name"])
    if bounds is None:
        return
    if entry["kind"] == "label":
        raise refuse(f"no training range of the category {entry['name']}", "one")
    if bounds[0] > bounds[1]:
        raise refuse(
            f"the training range of {entry['name']} to ascend", f"{bounds[0]:g} to {bounds[1]:g}"
        )
    if bounds[0] < feature.minimum or bounds[1] > feature.maximum:
        raise refuse(
            f"the training range of {entry['name']} inside {feature.domain}",
            f"{bounds[0]:g} to {bounds[1]:g}",
        )


def _check_classes(name: str, classes: list[Any], codes: list[object]) -> None:
    known = [(type(code), code) for code in codes]
    if any((type(value), value) not in known for value in classes) or any(
        a >= b for a, b in pairwise(classes)
    ):
        raise refuse(
            f"the classes of {name} to be codes of the feature, ascending, each once",
            f"{len(classes)} others",
        )


def _check_scaler(features: list[dict[str, Any]], scaler: dict[str, list[float]]) -> None:
    """Means and medians lie in the training range, and no possible value is further from them than
    the network can take.
    """
    numbers = [entry for entry in features if entry["kind"] != "label"]
    for name, values in scaler.items():
        if len(values) != len(numbers):
            raise refuse(f"scaler.{name} to have {len(numbers)} values", f"{len(values)}")
    if min(scaler["scale"], default=1.0) <= 0:
        raise refuse("scaler.scale to be positive", "zero or less")
    for entry, *scaling in zip(
        numbers, scaler["mean"], scaler["scale"], scaler["median"], strict=True
    ):
        _check_scaling(entry, *scaling)


def _check_knots(
    features: list[dict[str, Any]], scaler: dict[str, list[Any]], settings: dict[str, Any]
) -> None:
    """The ends of a number's pieces rise inside its training range, as quantiles do."""
    if "pieces" not in settings:
        return
    numbers = [entry for entry in features if entry["kind"] != "label"]
    wanted = settings["pieces"] + 1 if settings["pieces"] > 1 else 0
    for entry, knots in zip(numbers, scaler["knots"], strict=True):
        name = entry["name"]
        if len(knots) != wanted:
            raise refuse(f"scaler.knots of {name} to be {wanted} values", f"{len(knots)}")
        if not knots:
            continue
        low, high = entry["training_range"] or (0.0, 0.0)
        rising = all(a <= b for a, b in pairwise(knots))
        if not (rising and low <= knots[0] and knots[-1] <= high):
            raise refuse(f"rising scaler.knots of {name} inside its training range", "others")


def _check_scaling(entry: dict[str, Any], mean: float, scale: float, median: float) -> None:
    feature = schema_feature(entry["name"])
    # a number that training never had is 0 throughout
    low, high = entry["training_range"] or (0.0, 0.0)
    slack = _SLACK * (1 + max(abs(low), abs(high)))
    for name, value in (("mean", mean), ("median", median)):
        if not low - slack <= value <= high + slack:
            raise refuse(f"scaler.{name} of {feature.name} inside its training range", f"{value:g}")
    least = max(abs(feature.minimum - mean), abs(feature.maximum - mean)) / MOST_DEVIATIONS
    if least > scale:
        raise refuse(f"a scale of {feature.name} of at least {least:g}", f"{scale:g}")


def _check_counts(content: dict[str, Any]) -> None:
    """Counts add up: positives among patients, the confusion matrix over its part."""
    for name, part in [("data", content["data"]), *content["metrics"].items()]:
        if part["positives"] > part["n"]:
            raise refuse(f"{name}: at most {part['n']} positives", str(part["positives"]))
    for count in ("n", "positives"):
        total = sum(part[count] for part in content["metrics"].values())
        if total > content["data"][count]:  # fewer where incomplete rows were left out
            raise refuse(f"parts of at most {content['data'][count]} {count} together", str(total))
    for name, part in content["metrics"].items():
        counts = part["confusion"]
        if sum(counts.values()) != part["n"] or counts["fn"] + counts["tp"] != part["positives"]:
            raise refuse(
                f"the confusion matrix of {name} to add up to its patients",
                f"{sum(counts.values())} of {part['n']}",
            )


def _check_figures(metrics: Mapping[str, Any]) -> None:
    """Each figure is none at all, or a possible value with its interval around it."""
    for part_name, part in metrics.items():
        for name, (value, low, high) in part["figures"].items():
            where = f"metrics.{part_name}.figures.{name}"
            if (value is None) != (low is None) or (value is None) != (high is None):
                raise refuse(f"{where} to be three numbers or none", "some of them")
            if value is None:
                continue
            largest = LARGEST_LOSS if name == "log_loss" else 1.0
            if not 0 <= value <= largest:
                raise refuse(f"{where} from 0 to {largest:g}", f"{value:g}")
            # a bootstrap interval need not hold its value, but lies near it
            beside = _OUTSIDE + abs(high - low)
            if not (low <= high and low - beside <= value <= high + beside):
                raise refuse(
                    f"{where} to be a value and its interval", f"{value:g} and {low:g} to {high:g}"
                )


def _check_epochs(settings: Mapping[str, Any]) -> None:
    if settings["epochs_run"] > settings["max_epochs"]:
        raise refuse(f"at most {settings['max_epochs']} epochs run", str(settings["epochs_run"]))


def _check_threshold(threshold: Mapping[str, Any]) -> None:
    """The value, what it was chosen on and the wanted share are those of its rule."""
    rule, wanted = threshold["rule"], threshold.get("at_least")
    by_costs = rule == "bayes"
    if by_costs and not math.isclose(
        threshold["value"], bayes_threshold(threshold["cost_ratio"]), rel_tol=1e-6
    ):
        raise refuse(
            f"a threshold of {bayes_threshold(threshold['cost_ratio']):g}, by expected cost",
            f"{threshold['value']:g}",
        )
    chosen_on = threshold["chosen_on"]
    if by_costs != (chosen_on == "costs only") and chosen_on != AFTER_TEST:
        raise refuse(
            "a threshold by expected cost, and no other, chosen on costs only",
            f"{rule} on {chosen_on}",
        )
    if chosen_on == BY_HAND and rule != "manual":
        raise refuse("a threshold that no rule chose to be the one set by hand", rule)
    if (rule in WANTING) != (wanted is not None) or wanted == 0:
        raise refuse(
            f"a wanted share above 0 for the rules {' and '.join(WANTING)}, and for no other",
            f"{rule} with {wanted}",
        )


def _check_recalibration(recalibration: Mapping[str, Any] | None) -> None:
    """What a method does not use is left as it is; isotonic steps, and they alone, have at least
    two knots, which rise and lie so far apart that no line between them overflows.
    """
    if recalibration is None:
        return
    method, knots = recalibration["method"], recalibration["knots"]
    isotonic = method == "isotonic"
    if isotonic != (len(knots) >= 2) or (not isotonic and knots):
        raise refuse(
            "at least two knots for isotonic recalibration and none for another", f"{len(knots)}"
        )
    if any(a[0] >= b[0] or a[1] > b[1] for a, b in pairwise(knots)):
        raise refuse("rising knots of the recalibration", "others")
    gap = min((b[0] - a[0] for a, b in pairwise(knots)), default=1.0)
    if gap < MIN_GAP:
        raise refuse(f"knots of the recalibration at least {MIN_GAP:g} apart", f"{gap:g}")
    if (method == "none") != (recalibration["patients"] == 0):
        raise refuse(
            "a recalibration fitted on patients, or none",
            f"{method} on {recalibration['patients']}",
        )
    if (method in ("none", "isotonic") and recalibration["slope"] != 1) or (
        method != "platt" and recalibration["intercept"] != 0
    ):
        raise refuse(
            f"no slope or intercept that {method} does not use",
            f"{recalibration['slope']:g} and {recalibration['intercept']:g}",
        )


def _check_learnt(learnt: Mapping[str, Any] | None, metrics: Mapping[str, Any]) -> None:
    """No part names more patients than it has; who is not among the others is named."""
    for name, part in (learnt or {}).items():
        named, others = int.from_bytes(part["public"]).bit_count(), part["others"]
        n = metrics[name]["n"]
        # a patient who is in a part twice is named once
        if named + others > n or (named == 0) != (others == n):
            raise refuse(
                f"learnt.{name} to name its {n} patients, those of the shipped hospitals and the"
                " number of others",
                f"{named} and {others} others",
            )


def _check_golden_values(golden: list[dict[str, Any]]) -> None:
    """Every value of a golden patient is one that its feature can have, as the writer writes it."""
    for number, entry in enumerate(golden):
        patient = entry["patient"]
        wrong = [
            name
            for name, value in patient.items()
            if value is not None and not _is_canonical(schema_feature(name), value)
        ]
        if wrong or all(value is None for value in patient.values()):
            raise refuse(
                "possible values in the golden patients",
                f"golden[{number}]: {', '.join(wrong) or 'nothing known'}",
            )


def _is_canonical(feature: Feature, value: Value) -> bool:
    if feature.encoding == "label":
        return (type(value), value) in [(type(code), code) for code, _ in feature.codes]
    return type(value) in (int, float) and feature.minimum <= value <= feature.maximum  # type: ignore[operator]
