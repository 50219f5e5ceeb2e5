"""Bundle: what is in the model in use and its card; hand it on, or load one."""

import streamlit as st

from heart.ui.bundle import (
    describe_bundle,
    load_upload,
    show_card,
    show_downloads,
    show_way_back,
)
from heart.ui.downloads import file_name, show_table_with_data
from heart.ui.errors import errors_shown
from heart.ui.model_cohort import own_cohorts
from heart.ui.session import Origin, get_session

session = get_session()

st.title("Bundle")
st.markdown(
    "One file with a model, its preprocessing, its threshold and how it was judged. Look inside,"
    " hand it on, or load another."
)

save, load = st.columns(2, gap="large")
with save:
    st.header("Hand it on")
    show_downloads(session)
    show_way_back(session)
with load:
    st.header("Load")
    upload = st.file_uploader(
        "A bundle (.joblib, at most 8 MiB)",
        max_upload_size=8,
        help="Use bundles from people you trust: a model can be well made and wrong.",
    )
    with errors_shown():
        if upload is not None and load_upload(session, upload):
            st.rerun()
    if session.model.origin is Origin.LOADED:
        st.success("The loaded model is in use on every page.", icon=":material/check_circle:")

st.header("What is in it")
contents = describe_bundle(session.bundle, own_cohorts(session))
show_table_with_data(contents, contents, name=file_name("bundle", session.bundle.name))

st.header("Model card")
with errors_shown():
    show_card(session)
