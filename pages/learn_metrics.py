"""Lesson: what accuracy, precision and sensitivity hide."""

from heart.ui.lessons.exercise import show_exercise
from heart.ui.lessons.frame import open_lesson, show_formula, show_question, show_way_on
from heart.ui.lessons.metrics import show_metrics_code, show_table

open_lesson(
    "metrics",
    "Four counts, the [[confusion matrix]], say all there is to say about a decider: how"
    " many ill and how many healthy people it called ill or healthy. Every figure"
    " ([[accuracy]], [[sensitivity]], [[specificity]], [[precision]]) divides some of them"
    " by some others, and hides the rest. At the Swiss hospital 115 of 123 patients are ill:"
    " whoever answers “ill” to **everybody** is right for 93.5 %, and recognises **no**"
    " healthy person. Move the counts, or take a table that is ready.",
)
show_table()
show_formula(
    r"\text{PPV} = \frac{\text{sens}\cdot\pi}{\text{sens}\cdot\pi + (1-\text{spec})(1-\pi)} \qquad "
    r"\text{NPV} = \frac{\text{spec}\,(1-\pi)}{\text{spec}\,(1-\pi) + (1-\text{sens})\,\pi}",
    "Bayes' theorem: π is the share of ill patients, sens the sensitivity, spec the"
    " specificity. PPV and NPV are the predictive values: how often “ill” and “healthy” are right."
    " That sens and spec stay assumes patients who differ in how many are ill, and in nothing else;"
    " between real hospitals they move too.",
)
show_question(
    "Take the Cleveland model's table, then the same model among 1,000 people of whom 10 are ill."
    " Sensitivity and specificity are the same. Why is “ill” now wrong for about 19 of 20 people"
    " who hear it?",
    "990 healthy people with a false-alarm rate of 21 % give 210 false alarms; 10 ill people can"
    " give at most 10 true ones. Precision compares the two groups by their **numbers**, while"
    " sensitivity and specificity each look inside one group.",
)
show_metrics_code()
show_exercise("metrics")
show_way_on("metrics")
