"""The entry: `streamlit run streamlit_app.py`. It guards the server, warms the process up
and hands over to heart/ui/main.py; beside the pages it answers programs (heart/api). Settings that
cannot be end the start.
"""

import streamlit as st
from starlette.middleware import Middleware

from heart.api.routes import make_routes
from heart.commands.extras import require
from heart.environment import WORKERS, read_analysts, whole_number
from heart.errors import HeartError
from heart.paths import PACKAGE
from heart.ui.guard import Guard, base_path
from heart.ui.login import is_asked_for
from heart.ui.logs import begin_log
from heart.ui.warmup import warm_up

try:
    begin_log()
    whole_number(WORKERS)
    routes = make_routes(base_path())
    read_analysts()
    for module in ("authlib", "httpx") if is_asked_for() else ():
        require(module)
except HeartError as error:
    raise SystemExit(f"heart: {error}") from error

app = st.App(
    PACKAGE / "ui" / "main.py", lifespan=warm_up, routes=routes, middleware=[Middleware(Guard)]
)
