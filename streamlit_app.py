"""The entry: `streamlit run streamlit_app.py`. It guards the server, warms the process up
and hands over to heart/ui/main.py.
"""

import streamlit as st
from starlette.middleware import Middleware

from heart.paths import PACKAGE
from heart.ui.guard import Guard
from heart.ui.warmup import warm_up

app = st.App(PACKAGE / "ui" / "main.py", lifespan=warm_up, middleware=[Middleware(Guard)])
