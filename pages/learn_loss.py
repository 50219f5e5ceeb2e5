"""Lesson: why a classifier learns by cross-entropy and not by squared error."""

from heart.ui.lessons.exercise import show_exercise
from heart.ui.lessons.frame import open_lesson, show_formula, show_question, show_way_on
from heart.ui.lessons.loss import show_likelihood, show_loss_code, show_losses, show_straight_line

open_lesson(
    "loss",
    "A [[loss]] says how bad an answer is; its slope says how hard the answer is pushed. A"
    " **confident mistake** hardly moves under squared error, and is pushed with full force"
    " by [[cross-entropy]]. Move the [[logit]], and watch the tangents.",
)
show_losses()
show_formula(
    r"u = \sigma(z), \qquad \underbrace{(u - y)^2}_{\text{squared"
    r" error}},\ \ \frac{\partial}{\partial z} = 2(u - y)\,u(1 - u); \qquad "
    r"\underbrace{-y\log u - (1 - y)\log(1 -"
    r" u)}_{\text{cross-entropy}},\ \ \frac{\partial}{\partial z} = u - y",
    "z is the logit, u the probability of disease, y is 1 where diseased, else 0. A nat is a"
    " logarithm to the base e, a bit to the base 2.",
)
show_likelihood()
show_straight_line()
show_question(
    "A model calls every patient ill with 50 %. How large is its mean cross-entropy, whatever the"
    " outcomes? And can a model be worse?",
    "log 2 = 0.693 nats, one bit a patient: every outcome is as surprising as a coin. A model is"
    " worse when it is sure and wrong: a patient called ill with 1 % who is ill costs 4.6 nats, as"
    " much as almost seven coins. That is why log-loss punishes overconfidence, and why “no worse"
    " than a coin” is not the bottom.",
)
show_loss_code()
show_exercise("loss")
show_way_on("loss")
