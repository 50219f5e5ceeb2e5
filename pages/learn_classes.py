"""Lesson: more than two classes, and what replaces the sigmoid."""

from heart.ui.lessons.classes import show_classes_code, show_clouds, show_tables
from heart.ui.lessons.classes_severity import show_severity
from heart.ui.lessons.classes_softmax import show_softmax
from heart.ui.lessons.exercise import show_exercise
from heart.ui.lessons.frame import open_lesson, show_formula, show_question, show_way_on

open_lesson(
    "classes",
    "With more than two classes a network gives **one [[logit]] for each class**."
    " **[[softmax|Softmax]]** makes them probabilities that sum to 1: the classes compete."
    " Asking a yes-or-no question for each class, **[[one-vs-rest]]**, also works, but"
    " nobody makes its answers agree.",
)
show_clouds()
show_formula(
    r"P(k \mid x) = \frac{e^{z_k}}{\sum_{j=1}^{K} e^{z_j}}, \qquad \text{loss} = -\log P(\text{true"
    r" class} \mid x)",
    "$z_k$ is the logit of class k of K. With two classes softmax is the sigmoid of the difference"
    " of the two logits.",
)
show_softmax()
show_tables()
show_severity()
show_question(
    "Under “Softmax of one input”, add the same number to all three intercepts, and to all three"
    " slopes. Why does no probability change?",
    r"Every power is multiplied by the same factor: $e^{z_k + c} = e^c e^{z_k}$. It cancels in the"
    r" fraction. Only differences of logits "
    "matter, which is why one class may keep slope and intercept 0, and why two classes need one"
    " logit only.",
)
show_classes_code()
show_exercise("classes")
show_way_on("classes")
