"""Lesson: why a network ends with logits, and what a sigmoid or softmax too many does."""

from heart.ui.lessons.exercise import show_exercise
from heart.ui.lessons.frame import open_lesson, show_formula, show_question, show_way_on
from heart.ui.lessons.logits import show_ways, show_ways_code
from heart.ui.lessons.logits_endings import show_endings

open_lesson(
    "logits",
    "A network ends with a **[[logit]]**: any number, no [[sigmoid]]. The [[loss]] takes the"
    " sigmoid itself, in a form that stays exact. A sigmoid before the loss **rounds the"
    " worst mistakes away**; one too many **keeps the loss from ever getting small**.",
)
show_ways()
show_formula(
    r"p = \sigma(z) = \frac{1}{1 + e^{-z}}, \qquad -y\log p - (1 - y)\log(1 - p) \;=\; \max(z, 0) -"
    r" yz + \log\bigl(1 + e^{-|z|}\bigr), "
    r"\qquad \frac{\partial}{\partial z} = p - y",
    "z is the logit, y the true class (0 healthy, 1 diseased). The right-hand form needs no p: no"
    " power overflows, no logarithm meets 0.",
)
show_endings()
show_formula(
    r"\text{floors:}\quad \sigma \text{ twice: } \log(1 + e^{-1}) = 0.3133 \ (y = 1),\ \ \log 2 ="
    r" 0.6931 \ (y = 0); \qquad "
    r"\text{softmax twice: } \log(1 + e^{-1}) = 0.3133",
    "The loss takes a probability for a logit, and a probability is never above 1 or below 0. So"
    " what comes out lies between σ(0) = 50 % and σ(1) = 73 % (sigmoid twice), or between 27 % and"
    " 73 % (softmax twice).",
)
show_question(
    "The softmax taken twice has about the accuracy of the right ending. Is it then harmless?",
    "No. A softmax keeps the order of the classes, so the larger one stays the larger, and accuracy"
    " sees no difference. But no probability leaves 27 % to 73 %: “ill with 99 %” and “ill with 73"
    " %” look alike, every threshold outside that range is useless, and the loss says 0.31 where"
    " nothing is left to learn. Look at the loss and the probabilities, not at accuracy alone.",
)
show_ways_code()
show_exercise("logits")
show_way_on("logits")
