"""Lesson: calibration, a number that one may believe."""

from heart.ui.lessons.calibration import show_calibration, show_calibration_code
from heart.ui.lessons.exercise import show_exercise
from heart.ui.lessons.frame import open_lesson, show_formula, show_question, show_way_on

open_lesson(
    "calibration",
    "A network that says 80\N{NO-BREAK SPACE}% should be right eight times of ten: that is"
    " [[calibration]]. Whether it **ranks** patients well ([[AUC]]) does not say that: a network"
    " that has learnt its patients by heart ranks new ones decently and is far too sure of each."
    " Choose a network, move the temperature, and watch which figures notice.",
)
show_calibration()
show_formula(r"p_T = \sigma\!\left(\frac{\text{logit}\,p}{T}\right)")
show_formula(
    r"\text{logit}\,P(y = 1) = a + b\,\text{logit}\,p",
    "Above, temperature scaling (Guo et al. 2017): T above 1 draws all probabilities towards"
    " 50\N{NO-BREAK SPACE}%, below 1 away from it; their order stays. Below, what the slope b is"
    " (Cox 1958): how the log-odds that are said would have to be stretched to be those"
    " that are seen.",
)
show_question(
    "Somebody answers 46\N{NO-BREAK SPACE}% to every single Cleveland patient, because"
    " 46\N{NO-BREAK SPACE}% of them are ill. Is that"
    " well calibrated, and is it of any use?",
    "It is calibrated: of those who hear 46\N{NO-BREAK SPACE}%, 46\N{NO-BREAK SPACE}% are ill. And"
    " it is of no use, for everybody"
    " hears the same: its AUC is 0.5. Calibration says that a number means what it says;"
    " discrimination, that it tells patients apart. Log-loss and Brier score ask for both at once,"
    " which is why a network is trained by one of them.",
)
show_calibration_code()
show_exercise("calibration")
show_way_on("calibration")
