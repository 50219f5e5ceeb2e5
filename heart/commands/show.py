"""`show`: what is in a bundle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heart.commands.inputs import bundle_argument, command, find_bundle

if TYPE_CHECKING:
    from heart.bundle import Bundle


@command
@bundle_argument
def show(*, bundle: str | None) -> dict[str, Any]:
    """Say what is in a bundle, without running anything in it."""
    return describe_bundle(find_bundle(bundle))


def describe_bundle(bundle: Bundle) -> dict[str, Any]:
    """Everything in a bundle but its weights, with its fingerprint and from whom it learnt."""
    from heart.bundle.storage import fingerprint_of

    return {
        "name": bundle.name,
        "created_at": bundle.created_at,
        "fingerprint": fingerprint_of(bundle),
        "data": bundle.data._asdict(),
        "learnt": describe_learnt(bundle),
        "settings": bundle.settings.as_dict()
        | {"epochs_run": bundle.epochs_run, "device_used": bundle.device_used},
        "threshold": bundle.threshold._asdict(),
        "recalibration": bundle.recalibration._asdict(),
        "metrics": dict(bundle.metrics),
        "versions": dict(bundle.versions),
    }


def describe_learnt(bundle: Bundle) -> dict[str, Any] | None:
    """The shipped hospitals whose patients are in the model's parts, with their number, and how
    many others there are; None where that is not known.
    """
    from heart.experiments.run import find_learnt

    learnt = find_learnt(bundle)
    if learnt is None:
        return None
    return {
        "hospitals": learnt.hospitals,
        "others": learnt.strangers,
        "parts": {
            name: {"public": int(part.flags.sum()), "others": part.others}
            for name, part in learnt._asdict().items()
        },
    }
