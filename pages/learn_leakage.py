"""Lesson: leakage on purpose, and how large each lie is."""

from heart.ui.lessons.exercise import show_exercise
from heart.ui.lessons.frame import open_lesson, show_formula, show_question, show_way_on
from heart.ui.lessons.leakage import show_leaks

open_lesson(
    "leakage",
    "A [[test part]] is worth something because nothing in the model knows it. Whatever of"
    " it **[[leakage|leaks]]** into the training makes the model look better than it is, and"
    " nothing fails: the figure is just wrong. Here five mistakes from real notebooks are"
    " made on purpose, each beside the honest way on the same patients. Some are enormous,"
    " some hardly matter; only measuring tells.",
)
show_leaks()
show_formula(
    r"d_s = \text{leaky}_s - \text{honest}_s, \qquad \text{lie} = \frac{1}{S} \sum_{s=1}^{S} d_s "
    r"\;\pm\; t_{0.975,\,S-1}\, \hat\sigma\, \Bigl(\frac{1}{S} +"
    r" \frac{n_\text{test}}{n_\text{train}}\Bigr)^{1/2}",
    "S random splits into 80 % train and 20 % test; d is the difference of a figure, σ̂ its"
    " standard deviation. Without the second term in the bracket the interval would shrink to"
    " nothing with ever more splits, though the patients stay the same. For a cost, less is better,"
    " and the difference is turned round.",
)
show_question(
    "Choose the gaps filled by outcome, first for Cleveland, then for Hungary. Why does the same"
    " mistake do nothing in one hospital and make the model almost perfect in the other?",
    "A leak needs something to leak through. Cleveland has 6 missing values in 303 patients. In"
    " Hungary the number of coloured vessels is missing for nearly everybody, the thallium scan for"
    " nine of ten and the slope for two of three: filled by outcome, these columns are copies of"
    " the answer. A table with many gaps and a suspiciously good model belong together.",
)
show_exercise("leakage")
show_way_on("leakage")
