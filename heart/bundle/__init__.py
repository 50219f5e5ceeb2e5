"""One file that carries a model with its preprocessors; a stranger's is read and nothing runs."""

from heart.bundle.bundle import Bundle, Provenance
from heart.bundle.storage import load_bundle, save_bundle, serialise_bundle

__all__ = ["Bundle", "Provenance", "load_bundle", "save_bundle", "serialise_bundle"]
