"""What a lesson learns in brief, on a page or on a server that are tried for what they show: what
its own sizes give, and whether its claims hold, is said by tests/unit/lessons.
"""

import os

BRIEF = {
    "heart.lessons.overfitting": {
        "WIDE": (128, 128, 128),
        "TINY_EPOCHS": 100,
        "BIG_EPOCHS": 300,
        "SWEEP_EPOCHS": 80,
        "SEEDS": 1,
    },
    "heart.lessons.classes_severity": {"FOLDS": 3, "MEMBERS": 2},
    "heart.lessons.missing": {"N_FOLDS": 3},
    "heart.lessons.calibration": {"N_FOLDS": 3},
}
"""Constants of modules, and what they are instead."""

if os.environ.get("BRIEF_START"):  # a server that few visit makes nothing beforehand
    BRIEF |= {
        "heart.ui.warmup": {"load_lessons": lambda: None},
        "heart.ui.warm_results": {"make_results": lambda: None},
    }
