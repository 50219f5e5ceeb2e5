"""Lesson: under- and overfitting, on two moons and on patients."""

from heart.ui.lessons.exercise import show_exercise
from heart.ui.lessons.frame import open_lesson, show_formula, show_question, show_way_on
from heart.ui.lessons.overfitting import show_capacity, show_overfitting_code
from heart.ui.lessons.overfitting_patients import show_patients

open_lesson(
    "overfitting",
    "A network that is too small cannot follow the pattern: it"
    " **[[underfitting|underfits]]**. One that is large and free learns every train point by"
    " heart, noise included: it **[[overfitting|overfits]]**. The gap between train and test"
    " tells which. [[dropout|Dropout]], [[weight decay]] and [[early stopping]] hold a large"
    " network back, so that it follows the pattern and not the noise.",
)
show_capacity()
show_formula(
    r"w \leftarrow (1 - \eta\lambda)\, w - \eta\, \frac{\hat m}{\sqrt{\hat v} + \varepsilon}"
)
show_formula(
    r"h \leftarrow \frac{h \odot b}{1 - p},\quad b \sim \text{Bernoulli}(1 - p)",
    "First, AdamW: η is the learning rate, λ the weight decay, m̂ and v̂ are running means of the"
    " gradient and its square. Second, dropout: in each step every hidden unit is switched off with"
    " probability p, and the others are scaled up.",
)
show_patients()
show_question(
    "The big network's test accuracy is only a little below the regularised one's, and yet its test"
    " loss is many times larger. How can that be?",
    "Accuracy only asks on which side of 50 % a probability lies. Cross-entropy also asks how sure"
    " the network was. Having learnt noise by heart, the big network gives probabilities near 0 and"
    " 1 everywhere; each time it is wrong, it was nearly certain, and pays for it. For a patient"
    " the probability matters, not only the side: an overfitted network is badly calibrated before"
    " it is badly wrong.",
)
show_overfitting_code()
show_exercise("overfitting")
show_way_on("overfitting")
