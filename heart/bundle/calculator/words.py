"""What the calculator says: of the answer, of whom it holds for, and of the model. Every sentence
is made from the bundle's own facts, and is true of every bundle that can be loaded.
"""

from __future__ import annotations

from hashlib import sha256

from heart.bundle.bundle import Bundle
from heart.bundle.storage import fingerprint_of
from heart.bundle.weights import pack_weights
from heart.data import SHIPPED
from heart.evaluation.decisions import NEAR_CLOSE, NEAR_DIVIDED, TOO_LITTLE
from heart.evaluation.figures import METRICS, write_figure
from heart.evaluation.members import write_members
from heart.evaluation.recalibration import METHODS
from heart.evaluation.thresholds import RULES
from heart.schema import FEATURES
from heart.shares import write_share

NOT_FOR = (
    "deciding about a patient's care (it is not a medical device); people who were not referred for"
    " coronary angiography, such as healthy people at a check-up; children; patients whose coronary"
    " disease is known already; the risk of a heart attack, or anything else in the future."
)
INSTRUCTIONS = (
    "Fill in what is known and leave the rest as it is. What you enter stays in this page: it sends"
    " nothing and stores nothing."
)
WAITING = "The answer appears here."
WHY_NOT = (
    "Why: not shown. The model was not trained with values hidden at random, so what it says when"
    " only a part is known has no meaning, and the shares of the features are made from that."
)


def write_purpose(bundle: Bundle) -> str:
    """Whom it holds for and what it says."""
    whom = (
        "For adults referred for coronary angiography in the 1980s"
        if is_of_shipped(bundle)
        else "For patients like those that the model learnt from; who they were, this file does"
        " not say. Its questions are those of adults referred for coronary angiography"
    )
    return (
        f"{whom}. It gives the probability that heart disease is present now (a coronary vessel"
        " narrowed by more than 50 %), for learning and research."
    )


def write_disclaimer(bundle: Bundle) -> str:
    """What stands beside every answer."""
    decade = " of the 1980s" if is_of_shipped(bundle) else ""
    return (
        f"A probability, not a diagnosis, learnt from {bundle.metrics['train']['n']:,} patients"
        f"{decade}. Do not use it to decide about a patient."
    )


def is_of_shipped(bundle: Bundle) -> bool:
    """Whether the model is known to have learnt from patients of the shipped hospitals alone."""
    return bundle.learnt is not None and bundle.learnt.all_public


def write_words(bundle: Bundle) -> dict[str, object]:
    """Sentences that the script fills in: what stands in braces is the patient's."""
    return {
        "figure": "is the probability of heart disease now",
        "of_100": (
            "Of 100 patients like this one the model expects about {ill} to have heart disease now"
            " and {healthy} not to."
        ),
        "marks": "100 squares, {sick} filled for patients with heart disease, {well} outlined",
        "disease": "Decision: disease ({p} is at or above the threshold of {threshold}).",
        "healthy": "Decision: no disease ({p} is below the threshold of {threshold}).",
        "undecided": TOO_LITTLE,
        "near_divided": NEAR_DIVIDED,
        "near_close": NEAR_CLOSE,
        "followed": "This would be followed up.",
        "not_followed": "This would not be followed up.",
        "threshold": (
            "At this threshold one missed patient counts as much as"
            f" {bundle.threshold.cost_ratio:g} false alarms."
        ),
        "spread": (
            f"{write_members(bundle.network.members).capitalize()} say {{low}} to {{high}}."
            " That is the model's own uncertainty, not a range the patient will fall in."
        ),
        "unknown": f"Not known ({{n}} of {{of}}): {{names}}. {_write_unknown(bundle)}",
        "impossible": (
            "Expected {expected}, but found “{found}”. Correct it, or leave it empty if it is not"
            " known."
        ),
        "other_unit": "If it is in {unit}, choose that unit.",
        "wrong": "Not calculated. Please look at: {names}.",
        "nothing": "Not calculated: nothing is known. Fill in what is known about the patient.",
        "broken": (
            "This file answers otherwise than the model it was made from: it is damaged, or this"
            " browser calculates otherwise. It is shut. Ask for the file again."
        ),
        "why": (
            "From “nothing known” to this answer: how much each known value raises or lowers the"
            " log-odds of disease, averaged over all orders in which the values could become known"
            f" (Shapley 1953).{_write_agreement(bundle)} It explains the model, not the disease: a"
            " value that raises the probability need not cause anything."
        ),
        "why_columns": ["Known", "Changes the log-odds", "Probability then"],
    }


def _write_agreement(bundle: Bundle) -> str:
    if bundle.network.members == 1:
        return ""
    told = write_members(bundle.network.members)
    return f" In brackets and as a thin line: what {told} put it at."


def _write_unknown(bundle: Bundle) -> str:
    if bundle.settings.masking > 0:
        return "The model was trained to expect that, but it says less."
    return (
        "The model was not trained with values hidden at random: without them its answer is less"
        " to be trusted."
    )


def write_facts(bundle: Bundle) -> dict[str, str]:
    """What a recipient should know of the model: heading to text."""
    threshold, data, test = bundle.threshold, bundle.data, bundle.metrics["test"]
    wanted = "" if threshold.at_least is None else f" ({write_share(threshold.at_least)})"
    used = {f.name for f in bundle.preprocessor.features}
    unused = ", ".join(f.label for f in FEATURES if f.name not in used)
    return {
        "Model": f"{bundle.name}, made {bundle.created_at.replace('T', ' ')[:16]} UTC with Heart"
        f" {bundle.versions['heart']}",
        "Fingerprint": (
            f"{fingerprint_of(bundle)} (SHA-256, as in a report); of the weights alone, as heart"
            f" export --format safetensors writes them:"
            f" {sha256(pack_weights(bundle.network)).hexdigest()}"
        ),
        "Learnt from": _write_cohort(bundle),
        "Its table": f"SHA-256 {data.fingerprint}",
        "Judged on": (
            f"{test['n']} other patients of the same cohort, {test['positives']} of them diseased:"
            f" {METRICS['roc_auc'].label} {write_figure(test['figures']['roc_auc'], 'roc_auc')}"
        ),
        **_write_share(bundle),
        "Threshold": f"{threshold.value:.4g}: {RULES[threshold.rule].description}{wanted}",
        "Recalibration": METHODS[bundle.recalibration.method],
        **({"Does not ask for": unused} if unused else {}),
    }


def _write_share(bundle: Bundle) -> dict[str, str]:
    train = bundle.metrics["train"]
    if not 0 < train["positives"] < train["n"]:
        return {}
    share = write_share(train["positives"] / train["n"])
    return {
        "Elsewhere": (
            f"{share} of the patients that it learnt from were diseased. Where fewer are, an answer"
            " should be lower than it is here, where more are, higher: the calculator does not"
            " know."
        )
    }


def _write_cohort(bundle: Bundle) -> str:
    """The patients behind the model, and where they were, if that is known."""
    data, train = bundle.data, bundle.metrics["train"]
    counts = (
        f"{data.cohort}: {train['n']} of {data.n} patients, {train['positives']} of them diseased"
    )
    if bundle.learnt is None or not is_of_shipped(bundle):
        return f"{counts}. Where they come from and how they were chosen, ask whoever made it."
    hospitals = "; ".join(SHIPPED[name] for name in bundle.learnt.hospitals)
    return f"{counts}. {hospitals} (UCI Heart Disease collection, 1989, DOI 10.24432/C52P4X)."
