"""The script of the app: navigation, the page, then the model in use."""

import streamlit as st

from heart import paths
from heart.ui.errors import errors_shown
from heart.ui.footer import show_footer
from heart.ui.lessons.frame import LESSONS
from heart.ui.warmup import load_heavy, load_light

PAGES = {
    "patient": ("Patient", "🩺"),
    "cohort": ("Cohort", "👥"),
    "train": ("Train", "🏋️"),
    "evaluate": ("Evaluate", "🔬"),
    "threshold": ("Threshold", "⚖️"),
    "score": ("Score", "📋"),
    "bundle": ("Bundle", "📦"),
    "models": ("Models", "🗂️"),
    "learn": ("Learn", "🎓"),
}

st.set_page_config(page_title="Heart", page_icon="🫀", layout="wide")
pages = [
    st.Page(
        paths.PAGES / f"{name}.py",
        title=title,
        icon=icon,
        url_path=name,
        default=name == "patient",
    )
    for name, (title, icon) in PAGES.items()
]
pages += [  # reached from the Learn page and by their own addresses
    st.Page(
        lesson.path,
        title=lesson.title,
        icon=lesson.icon,
        url_path=lesson.address,
        visibility="hidden",
    )
    for lesson in LESSONS
]
page = st.navigation(pages, position="top")
load_light()
if (
    page.url_path
):  # the patient page, whose path is empty, shows its form while torch is still being imported
    load_heavy()
with errors_shown():
    page.run()
    show_footer()  # after the page: on a cold server it waits for the model
