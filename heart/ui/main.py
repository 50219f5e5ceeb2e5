"""The script of the app: navigation, the model in use, the page."""

import streamlit as st

from heart import paths
from heart.lessons import LESSONS
from heart.lessons.glossary import ADDRESS
from heart.ui.browser_part import browser_part
from heart.ui.errors import errors_shown
from heart.ui.login import is_inside, show_login, show_who
from heart.ui.model_line import show_model_line
from heart.ui.navigation import PAGES, START, USE_NO_MODEL
from heart.ui.session import get_session, show_told
from heart.ui.unsaved import ask_before_leaving, show_lost
from heart.ui.warmup import is_warm, load_all, load_first, load_heavy, load_lessons

BROWSER = paths.PACKAGE / "ui" / "browser"

# a file: a Material symbol here makes the browser ask another machine for it
st.set_page_config(page_title="Heart", page_icon=BROWSER / "icon.svg", layout="wide")
st.html(BROWSER / "look.css")
pages = [
    st.Page(
        paths.PAGES / f"{name}.py",
        title=title,
        icon=icon,
        url_path=name,
        default=name == START,
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
    for lesson in LESSONS.values()
]
pages.append(
    st.Page(
        paths.PAGES / "glossary.py",
        title="Glossary",
        icon=":material/menu_book:",
        url_path=ADDRESS,
        visibility="hidden",
    )
)
inside = is_inside()
page = st.navigation(pages, position="top" if inside else "hidden")
if not inside:  # nothing of a page before a login
    show_login()
    st.stop()
show_who()
if page.url_path in {lesson.address for lesson in LESSONS.values()}:
    load_lessons()
elif page.url_path:
    load_all()
else:  # the Patient page, whose path is empty, shows its form while torch is still being imported
    load_first()
show_told()  # of what ended in a new run of the script
show_lost(get_session())
with errors_shown():
    line, shown = st.empty(), ""
    uses_model = (page.url_path or START) in PAGES.keys() - USE_NO_MODEL
    if uses_model and is_warm():
        shown = show_model_line(line, get_session())
    page.run()
    load_heavy()
    if uses_model:  # on a cold server the form does not wait for the model; and pages change it
        show_model_line(line, get_session(), shown=shown)
    show_told()
    ask_before_leaving(get_session())
    browser_part("tab_order")(key="tab_order", width="content", height="content")
