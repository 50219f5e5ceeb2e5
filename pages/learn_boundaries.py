"""Lesson: curved boundaries, and why a hidden layer needs an activation."""

from heart.ui.lessons.boundaries import show_boundaries, show_boundaries_code
from heart.ui.lessons.exercise import show_exercise
from heart.ui.lessons.frame import open_lesson, show_formula, show_question, show_way_on

open_lesson(
    "boundaries",
    "A network without a [[hidden layer]] weighs its inputs and adds them up: where its"
    " answer changes from one class to the other is always a **straight line**. A hidden"
    " layer first bends the plane, unit by unit; a straight line in the bent plane is a"
    " **curve** in ours.",
)
show_boundaries()
show_formula(
    r"P(\text{class B} \mid x) = \sigma\bigl(w^\top f(Wx + b) + c\bigr), \qquad f = \tanh,\ \max(0,"
    r" \cdot),\ \text{or nothing}",
    "x is a point, W and b are the hidden units' weights, f the activation, w and c the last"
    " layer's weights, σ the sigmoid.",
)
show_question(
    "Choose three hidden layers with activation “none” on the circles. The network now has far more"
    " weights than the one with a single tanh layer. Why does it stay near 50 % accuracy?",
    "Without an activation every layer is a matrix product, and a product of matrices is one"
    " matrix: "
    r"$w^\top(W_2(W_1 x + b_1) + b_2) + c$ is again a weighted sum of the two inputs. However many"
    r" layers, the boundary stays straight. "
    "It is the activation between them that bends it.",
)
show_boundaries_code()
show_exercise("boundaries")
show_way_on("boundaries")
