"""The lessons: one entry each, and the teaching experiments, computed with seeds as arguments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from heart import paths

PICTURES = Path(__file__).parent / "pictures"


class Lesson(NamedTuple):
    """One entry of the Learn page.

    Attributes:
        name: begins the names of the lesson's files; its page is pages/learn_NAME.py.
        title: on the page and in the overview.
        icon: a Material symbol.
        question: what one can answer afterwards.
        minutes: about how long it takes, reading, moving and the exercise.
        builds_on: names of the lessons that it takes for granted.
        page: of the app, a name in `heart.ui.navigation.PAGES`, where it happens with patients.
        there: what one sees on that page.
        words: of the glossary, that the lesson uses further down than in its opening.
    """

    name: str
    title: str
    icon: str
    question: str
    minutes: int
    builds_on: tuple[str, ...]
    page: str
    there: str
    words: tuple[str, ...]

    @property
    def path(self) -> str:
        """The page's file."""
        return str(paths.PAGES / f"learn_{self.name}.py")

    @property
    def address(self) -> str:
        """The last part of the page's URL."""
        return f"learn-{self.name}"

    @property
    def picture(self) -> Path:
        """The picture made from the lesson's own chart, by scripts/lesson_pictures.py."""
        return PICTURES / f"{self.name}.webp"


_ENTRIES = (
    Lesson(
        "neuron",
        "One logistic neuron, by hand",
        ":material/hub:",
        "What does a single neuron compute, and how does it learn?",
        minutes=10,
        builds_on=(),
        page="patient",
        there="what raises and what lowers one patient's probability",
        words=(
            "accuracy",
            "bias",
            "epoch",
            "feature",
            "learning rate",
            "seed",
            "sensitivity",
            "sigmoid",
            "train part",
        ),
    ),
    Lesson(
        "loss",
        "Why cross-entropy",
        ":material/trending_down:",
        "Why is a confident mistake punished so much harder than by squared error?",
        minutes=8,
        builds_on=("neuron",),
        page="train",
        there="the same loss, epoch by epoch, while a network learns from patients",
        words=("bit", "likelihood", "log-loss", "nat", "sigmoid", "weight"),
    ),
    Lesson(
        "logits",
        "Logits",
        ":material/calculate:",
        "Why does the network end without a sigmoid?",
        minutes=8,
        builds_on=("loss",),
        page="bundle",
        there="the network that ends with a logit, to be exported with its weights",
        words=(
            "accuracy",
            "cross-entropy",
            "epoch",
            "gradient",
            "hidden layer",
            "log-loss",
            "seed",
            "softmax",
            "threshold",
            "train part",
        ),
    ),
    Lesson(
        "encodings",
        "Encodings",
        ":material/abc:",
        "How does chest pain become numbers, and what does the wrong way cost?",
        minutes=10,
        builds_on=("neuron",),
        page="cohort",
        there="each category among the healthy and the diseased patients",
        words=(
            "category",
            "cross-validation",
            "fold",
            "log-loss",
            "logit",
            "loss",
            "masking",
            "odds",
            "seed",
            "test part",
            "weight",
        ),
    ),
    Lesson(
        "classes",
        "More than two classes",
        ":material/category:",
        "What replaces the sigmoid when there are three, four, five answers?",
        minutes=12,
        builds_on=("loss", "logits"),
        page="cohort",
        there="how a file's outcome, severity 0 to 4, was read as healthy or diseased",
        words=(
            "accuracy",
            "bias",
            "confusion matrix",
            "cross-entropy",
            "feature",
            "fold",
            "hidden layer",
            "loss",
            "out-of-fold",
            "seed",
            "sigmoid",
            "train part",
        ),
    ),
    Lesson(
        "boundaries",
        "Curved boundaries",
        ":material/gesture:",
        "What does a hidden layer add that a single neuron cannot do?",
        minutes=10,
        builds_on=("neuron",),
        page="train",
        there="the hidden layers of a network for patients, which you choose",
        words=("accuracy", "activation", "seed", "sigmoid", "weight"),
    ),
    Lesson(
        "overfitting",
        "Under- and overfitting",
        ":material/straighten:",
        "How large may a network be, and what keeps it honest?",
        minutes=12,
        builds_on=("boundaries", "loss"),
        page="train",
        there="the losses of the train and the valid part, and where a training stops",
        words=(
            "accuracy",
            "cross-entropy",
            "cross-validation",
            "epoch",
            "fold",
            "gradient",
            "hidden layer",
            "learning rate",
            "loss",
            "seed",
            "test part",
            "train part",
            "weight",
        ),
    ),
    Lesson(
        "leakage",
        "Leakage on purpose",
        ":material/leak_add:",
        "Which mistakes make a model look better than it is, and by how much?",
        minutes=12,
        builds_on=("overfitting",),
        page="evaluate",
        there="figures of patients whom the network has not seen: every fold learns anew",
        words=(
            "accuracy",
            "category",
            "cross-validation",
            "fold",
            "missing value",
            "out-of-fold",
            "seed",
            "threshold",
        ),
    ),
    Lesson(
        "metrics",
        "Metrics",
        ":material/table_chart:",
        "What do accuracy, precision and sensitivity hide?",
        minutes=10,
        builds_on=(),
        page="threshold",
        there="the same table for patients, at any threshold and share of ill patients",
        words=("F1", "negative predictive value"),
    ),
    Lesson(
        "calibration",
        "A number you may believe",
        ":material/balance:",
        "When does 80 % mean eight of ten, and which figures notice if it does not?",
        minutes=10,
        builds_on=("loss", "overfitting"),
        page="evaluate",
        there="the reliability of a model's probabilities, and what recalibrating it would change",
        words=("Brier score", "log-loss", "logit", "loss", "odds", "seed"),
    ),
    Lesson(
        "missing",
        "Missing values",
        ":material/help_center:",
        "What does a network do with a test that was not done?",
        minutes=10,
        builds_on=("encodings", "calibration"),
        page="patient",
        there="leave fields empty: the answer says what to measure next, and how far it could move",
        words=("AUC", "cross-entropy", "feature", "log-loss", "loss", "seed"),
    ),
)

LESSONS: Mapping[str, Lesson] = MappingProxyType({lesson.name: lesson for lesson in _ENTRIES})
"""Every lesson by its name, in the order of the Learn page."""
