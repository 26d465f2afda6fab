"""The error that holds a release back, with what its gate found; automations hear of it as an event."""

from typing import Final

from prefect.events import emit_event
from prefect.runtime import flow_run

from schemas.errors import HeldBack
from schemas.release import Manifest
from tasks.report.scores import said, shortfall_table

EVENT: Final = "rs-gpt4v.release.held-back"


def raise_if_held_back(manifest: Manifest) -> None:
    """Raise HeldBack, with the expectations that are not met as a table, where the gate failed."""
    gate, card = manifest.gate, manifest.scorecard
    if gate is None or gate.passed:
        return
    if flow_run.id:
        release = {
            "prefect.resource.id": f"rs-gpt4v.release.{manifest.version}",
            "prefect.resource.name": manifest.version,
        }
        emit_event(EVENT, resource=release, payload={"said": said(gate)})
    stays = (
        f"“{card.previous}” stays the latest" if card and card.previous else "there is no latest"
    )
    raise HeldBack(
        f"Release “{manifest.version}” is held back, {stays}: {len(gate.shortfalls)} of "
        f"{gate.expectations} expectations are not met.\n"
        + "\n".join(shortfall_table(gate))
        + f"\nIt can be read by its name: “rs-gpt4v scorecard --version {manifest.version}” says "
        "more. Mend what is wrong, or set another threshold (--gate.NAME), and build again under a "
        "new version."
    )
