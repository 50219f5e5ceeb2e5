"""Lesson: what a single neuron computes, and how it learns."""

from heart.ui.lessons.exercise import show_exercise
from heart.ui.lessons.frame import open_lesson, show_formula, show_question, show_way_on
from heart.ui.lessons.neuron import show_neuron, show_neuron_code

open_lesson(
    "neuron",
    "A neuron [[weight|weighs]] its inputs, adds them up and squeezes the sum into a"
    " probability. It **learns** by walking downhill: the [[gradient]] says how the [[loss]]"
    " changes with each weight, and every step goes a little against it ([[gradient"
    " descent]]). Press Play, and watch the boundary turn.",
)
show_formula(
    r"u = \sigma(Xw + b), \qquad L = -\frac{1}{n}\sum_{i} \bigl(y_i \log u_i + (1 - y_i)\log(1 -"
    r" u_i)\bigr), \qquad "
    r"\frac{\partial L}{\partial w} = \frac{1}{n} X^\top (u - y), \qquad w \leftarrow w - \eta"
    r" \frac{\partial L}{\partial w}",
    "X holds a patient in each row, y is 1 where diseased, u is the probability, σ(z) = 1 / (1 +"
    " e⁻ᶻ) the sigmoid, w and b are weights and bias, n the rows of a step, η the learning rate."
    " For b the gradient is the mean of u − y.",
)
show_neuron()
show_question(
    "Multiply both weights and the bias by ten. The boundary stays where it is, and so does the"
    " accuracy. What changes, and why does the neuron not do it?",
    "The probabilities become steeper: nearly 0 on one side, nearly 1 on the other. Patients on the"
    " wrong side then cost about ten times as much, so among patients that no line separates there"
    " is a best size of the weights. The train part of the tumours **can** be separated: there the"
    " loss falls for ever while the weights grow without end, and real models add a penalty on"
    " large weights.",
)
show_neuron_code()
show_exercise("neuron")
show_way_on("neuron")
