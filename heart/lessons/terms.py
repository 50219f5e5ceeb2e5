"""The words of the field that lessons and pages use, each with its standard definition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Term(NamedTuple):
    """One word.

    Attributes:
        name: as it is written in a text.
        meaning: one to three sentences, plain text.
        formula: LaTeX; empty where there is none.
        also: its other names.
    """

    name: str
    meaning: str
    formula: str = ""
    also: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        """Where it stands on the page, in the URL.

        >>> Term("ROC curve", "").anchor
        'roc-curve'
        """
        return re.sub("[^a-z0-9]+", "-", self.name.lower()).strip("-")


_ENTRIES = (
    Term("accuracy", "The share of all decisions that are right.", r"\frac{TP + TN}{n}"),
    Term(
        "activation",
        "The function that a unit applies to its weighted sum. Without one, layers of any number"
        " are together one linear map.",
        r"\tanh z, \quad \max(0, z), \quad \sigma(z)",
    ),
    Term(
        "AUC",
        "Area under the ROC curve: the probability that a random diseased patient gets a higher"
        " score than a random healthy one, ties counting half. 0.5 is chance, 1 a perfect order.",
        r"P(s_+ > s_-) + \tfrac{1}{2} P(s_+ = s_-)",
        ("c-statistic", "ROC AUC"),
    ),
    Term(
        "batch",
        "The rows from which one step of gradient descent computes its gradient: all of them, some"
        " (a mini-batch) or one (stochastic).",
    ),
    Term(
        "bias",
        "The constant that a unit adds to its weighted sum. Not to be taken for the bias of an"
        " estimate or of a sample.",
        also=("intercept",),
    ),
    Term(
        "bit", "The unit of information where logarithms are to the base 2. One bit is log 2 nats."
    ),
    Term(
        "Brier score",
        "The mean squared difference between the probability and what happened (0 or 1). Less is"
        " better.",
        r"\frac{1}{n} \sum_i (p_i - y_i)^2",
    ),
    Term(
        "calibration",
        "Agreement of probabilities with frequencies: of all patients who are given"
        " 30\u00a0%, 30\u00a0% are diseased. A model can order patients well and yet be badly"
        " calibrated.",
        r"P(y = 1 \mid p) = p",
    ),
    Term(
        "category",
        "One of a few values without an arithmetic of their own, such as a kind of chest pain.",
    ),
    Term(
        "confidence interval",
        "A range computed from a sample by a rule that covers the true value in a stated share of"
        " samples, here 95\u00a0%.",
    ),
    Term(
        "confusion matrix",
        "The counts of patients by what was decided and what is the case; with two classes, true"
        " and false positives and negatives.",
    ),
    Term(
        "cross-entropy",
        "The mean surprise about what happened under the probabilities that were given. With two"
        " classes it is the log-loss.",
        r"-\frac{1}{n} \sum_i \log p_i(y_i)",
    ),
    Term(
        "cross-validation",
        "The rows are divided into folds; each fold is judged by a model that learnt from the"
        " others. Every row is judged once, and never by a model that has seen it.",
    ),
    Term(
        "decision boundary",
        "Where a model's decision changes from one class to another; at a threshold of one half,"
        " where the logit is 0.",
        r"\{x : z(x) = 0\}",
    ),
    Term(
        "dropout",
        "In each training step every hidden unit is switched off with a fixed probability, and the"
        " others are scaled up. At prediction all are on.",
        r"h \leftarrow \frac{h \odot b}{1 - q}, \quad b \sim \text{Bernoulli}(1 - q)",
    ),
    Term(
        "early stopping",
        "Training ends when the loss on the valid part has not improved for a number of epochs (the"
        " patience); the weights of the best epoch are kept.",
    ),
    Term(
        "embedding",
        "A table with one learnt vector for each category; the network reads the vector in place of"
        " the category.",
        r"c \mapsto E_c \in \mathbb{R}^d",
    ),
    Term(
        "ensemble",
        "Several models, here networks with different starting weights, whose probabilities are"
        " averaged. Where its members differ, the model is unsure.",
    ),
    Term("epoch", "One pass of the training over all rows of the train part."),
    Term(
        "F1",
        "The harmonic mean of precision and sensitivity. True negatives do not count.",
        r"\frac{2\,TP}{2\,TP + FP + FN}",
    ),
    Term(
        "feature",
        "What is known of a patient and given to the model, such as age.",
        also=("input", "predictor"),
    ),
    Term("fold", "One of the parts into which cross-validation divides the rows."),
    Term(
        "gradient",
        "The derivatives of the loss by all weights. It points uphill, where the loss grows"
        " fastest.",
        r"\nabla L = \Bigl(\frac{\partial L}{\partial w_1}, \ldots\Bigr)",
    ),
    Term(
        "gradient descent",
        "Learning by steps against the gradient, each as long as the learning rate times the"
        " gradient.",
        r"w \leftarrow w - \eta\, \nabla L(w)",
    ),
    Term(
        "hidden layer",
        "Units between input and output. Each bends the space of the inputs along one direction, so"
        " that a straight line behind them is a curve before them.",
        r"h = f(Wx + b)",
    ),
    Term(
        "imputation",
        "Filling a missing value by a guess from the others, such as the mean. What is guessed has"
        " to be learnt from the train part alone.",
    ),
    Term(
        "label code",
        "A category written as a number 0, 1, 2, … Read as a number it claims an order and equal"
        " steps.",
    ),
    Term(
        "leakage",
        "Knowledge of the test rows, or of the outcome, that gets into training or preparation. It"
        " makes figures better than they will be for new patients.",
    ),
    Term("learning rate", "The factor between gradient and step in gradient descent.", r"\eta"),
    Term(
        "likelihood",
        "The probability that a model gave to what was observed, as a function of its weights. The"
        " weights of greatest likelihood are those of least log-loss.",
        r"\prod_i p_i^{y_i} (1 - p_i)^{1 - y_i}",
    ),
    Term(
        "log-loss",
        "The mean negative logarithm of the probability that was given to what happened, in nats."
        " Less is better; saying one half to everybody gives log 2, 0.693.",
        r"-\frac{1}{n} \sum_i \bigl(y_i \log p_i + (1 - y_i) \log(1 - p_i)\bigr)",
        ("binary cross-entropy",),
    ),
    Term(
        "logit",
        "The logarithm of the odds of a probability: any number, 0 at one half. What a network"
        " gives before the sigmoid.",
        r"z = \log \frac{p}{1 - p}",
        ("log-odds",),
    ),
    Term("loss", "What training makes small: how bad the answers are, as one number."),
    Term(
        "masking",
        "Hiding known values at random while a network learns, so that it learns what to answer"
        " when they are not known.",
    ),
    Term(
        "missing value",
        "A feature that is not known of a patient. Why it is missing may tell something about the"
        " patient, and differs between hospitals.",
    ),
    Term("nat", "The unit of information where logarithms are natural. One nat is 1.443 bits."),
    Term(
        "negative predictive value",
        "The share of those called healthy who are healthy. It depends on the prevalence.",
        r"\frac{TN}{TN + FN}",
        ("NPV",),
    ),
    Term(
        "net benefit",
        "True positives less false positives, these weighted by the odds of the threshold t, for"
        " each patient (Vickers and Elkin 2006).",
        r"\frac{TP}{n} - \frac{FP}{n} \cdot \frac{t}{1 - t}",
    ),
    Term(
        "odds",
        "The probability of an event divided by that of its opposite: 3 to 1 is 75\u00a0%.",
        r"\frac{p}{1 - p}",
    ),
    Term(
        "one-hot",
        "A category as a row of zeros with a single one at its place, so that it gets a weight of"
        " its own.",
    ),
    Term(
        "one-vs-rest",
        "More than two classes as one yes-or-no question a class, each answered by itself. The"
        " answers need not add up to 1.",
    ),
    Term(
        "out-of-fold",
        "Of a prediction: made by a model that has not learnt from that patient, in"
        " cross-validation.",
    ),
    Term(
        "overfitting",
        "Learning what is particular to the train rows, noise included. The train loss falls while"
        " the loss on other rows rises.",
    ),
    Term(
        "precision",
        "The share of those called ill who are ill. It depends on the prevalence.",
        r"\frac{TP}{TP + FP}",
        ("positive predictive value", "PPV"),
    ),
    Term("prevalence", "The share of diseased patients among those who are asked about."),
    Term(
        "ROC curve",
        "Sensitivity against 1 − specificity over all thresholds, from (0, 0) to (1, 1).",
    ),
    Term(
        "seed",
        "The number that random draws start from. With the same seed, the same draws: a result can"
        " be repeated.",
    ),
    Term(
        "sensitivity",
        "The share of the ill who are called ill. It does not depend on the prevalence.",
        r"\frac{TP}{TP + FN}",
        ("recall", "true positive rate"),
    ),
    Term(
        "Shapley value",
        "A feature's share in the difference between an answer and where explanation starts: its"
        " mean contribution over all orders in which features can become known (Shapley 1953).",
        r"\sum_{S \not\ni j} \frac{|S|!\,(d - |S| - 1)!}{d!}\,\bigl(v(S \cup \{j\}) - v(S)\bigr)",
    ),
    Term(
        "sigmoid",
        "The function from a logit to its probability.",
        r"\sigma(z) = \frac{1}{1 + e^{-z}}",
        ("logistic function",),
    ),
    Term(
        "softmax",
        "The function from one logit for each class to probabilities that add up to 1.",
        r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
    ),
    Term(
        "specificity",
        "The share of the healthy who are called healthy. It does not depend on the prevalence.",
        r"\frac{TN}{TN + FP}",
        ("true negative rate",),
    ),
    Term(
        "standardisation",
        "Taking a feature's mean off and dividing by its standard deviation, both of the train part"
        " alone.",
        r"x' = \frac{x - \bar x}{s}",
    ),
    Term(
        "stratified",
        "Of a division into parts: each part has the same share of diseased patients, as nearly as"
        " whole patients allow.",
    ),
    Term(
        "test part",
        "The rows that are used once, in the end, to judge the finished model.",
    ),
    Term(
        "threshold",
        "The probability from which on the decision is “disease”. Where it should be depends on"
        " what a missed patient and a false alarm cost.",
        r"p \ge t",
    ),
    Term("train part", "The rows that weights and preprocessing are learnt from."),
    Term(
        "underfitting",
        "Being too small or too constrained to follow the pattern: the loss is high on train rows"
        " and others alike.",
    ),
    Term(
        "valid part",
        "The rows on which choices are made, such as when to stop. They are neither learnt from nor"
        " used for the final judgement.",
        also=("validation set",),
    ),
    Term("weight", "A number that a unit multiplies an input by, and that is learnt."),
    Term(
        "weight decay",
        "Every step also shrinks each weight by a small factor, so that only weights that earn"
        " their size stay large.",
        r"w \leftarrow (1 - \eta\lambda)\, w - \ldots",
    ),
)

TERMS: Mapping[str, Term] = MappingProxyType({term.name: term for term in _ENTRIES})
"""Every word by its name, in alphabetical order."""
