"""Lesson: missing values, and what “not known” does."""

from heart.ui.lessons.exercise import show_exercise
from heart.ui.lessons.frame import open_lesson, show_formula, show_question, show_way_on
from heart.ui.lessons.missing import show_missing, show_missing_code

open_lesson(
    "missing",
    "Not every test is done before a decision. A network needs a number for each input all the"
    " same: either it has **learnt what “not known” means**, because training hid values at random"
    " ([[masking]]), or it meets an input that it never saw, or somebody fills in the mean"
    " ([[imputation]]). Hide features of real patients and compare the three.",
)
show_missing()
show_formula(r"m_j \sim \text{Bernoulli}(\rho)")
show_formula(r"\tilde x_j = (1 - m_j)\, x_j + m_j\, u_j")
show_formula(
    r"f(\tilde x) \approx P(y = 1 \mid x_j:\ m_j = 0)",
    "In each training step every value x is replaced with probability ρ by u, what stands for “not"
    " known” (a code of its own, or the median and a flag). Minimising the cross-entropy then"
    " makes the network answer with the probability given what is left, as long as values are"
    " missing at random.",
)
show_question(
    "Filling in the mean keeps the AUC nearly as high as masking does. Why is its log-loss so much"
    " worse when the thallium scan and the vessels are hidden?",
    "The most frequent code is that of the healthy: whoever fills it in tells the network that"
    " two tests came back normal. Everybody's probability falls, the order hardly changes, and"
    " the numbers are too low. “Not known” is no result; a filled-in value pretends to be one.",
)
show_missing_code()
show_exercise("missing")
show_way_on("missing")
