"""Bundle: what is in the model in use, download it, load one back."""

import streamlit as st

from heart.ui.bundles import describe_bundle, download_bytes, load_upload
from heart.ui.errors import errors_shown
from heart.ui.results import confusion_table, figures_table
from heart.ui.state import SHIPPED_ORIGIN, get_session

session = get_session()

st.title("Bundle")
st.markdown("One file with the model, its preprocessing, its threshold and how it was judged. Look inside, download it, or load one back.")

load, save = st.columns(2, gap="large")
with save:
    st.header("Download")
    st.caption("Holds no patient. Opens with joblib anywhere, and here without running anything in it.")
    with errors_shown():
        st.download_button(
            "Download the model in use",
            download_bytes(session.bundle),
            file_name=f"{session.bundle.name}.joblib",
            mime="application/octet-stream",
            on_click="ignore",
            type="primary",
        )
    if session.origin != SHIPPED_ORIGIN and st.button("Go back to the shipped model"):
        session.use_shipped()
        st.rerun()
with load:
    st.header("Load")
    upload = st.file_uploader(
        "A bundle (.joblib, at most 8 MiB)", help="Use bundles from people you trust: a model can be well made and wrong."
    )
    with errors_shown():
        if upload is not None and load_upload(session, upload):
            st.rerun()
    if session.origin.startswith("loaded"):
        st.success("The loaded model is in use on every page.", icon="✅")

bundle = session.bundle
st.header("What is in it")
st.table(describe_bundle(bundle))
st.header("How it was judged")
st.caption(f"At the threshold of {bundle.threshold.value:.0%}, with 95 % intervals. Train and valid flatter; nothing was chosen on test.")
st.table(figures_table(bundle.metrics))
st.markdown("**Confusion matrix on test**")
st.table(confusion_table(bundle.metrics["test"]["confusion"]))
