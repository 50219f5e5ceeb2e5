"""Lesson: not written yet."""

from heart.ui.lessons import open_lesson, show_way_on

open_lesson("metrics", "")
show_way_on("metrics")
