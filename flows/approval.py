"""Asks a person in the Prefect UI whether a release may become the latest, and waits for the answer.

The run is paused, not suspended. A suspended run ends its process and is later run again from its
first line, which needs a deployment and would build the release once more, under a new name where
the version is made from the time. A paused one only waits, so it works in a deployment's process,
in a pod and from a shell alike; what it holds meanwhile is one process that sleeps.

Who answers: “Resume” in the UI shows the form; ``prefect.flow_runs.resume_flow_run`` and POST
``/flow_runs/{id}/resume`` take the same fields and are held to the same schema. Nobody is told by
the run itself: an automation on the event ``prefect.flow-run.Paused`` does that.

- A run that is resumed without the form, or started again by a second engine, asks again.
- A run whose time is over has failed for the server, and can neither be resumed nor complete.
- A run that is cancelled while it waits ends when its worker ends the process; from a shell, by
  Ctrl-C.
"""

import logging
import time
from math import ceil
from typing import Final, Literal

from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.exceptions import FlowPauseTimeout
from prefect.flow_runs import pause_flow_run
from prefect.input import RunInput
from prefect.runtime import flow_run
from prefect.settings import PREFECT_API_URL, PREFECT_UI_URL
from prefect.utilities.urls import url_for
from pydantic import Field, ValidationError

from flows.clock import now
from schemas.approval import Approval, ApprovalParams
from schemas.errors import NotApproved, UsageError
from tasks.review.kept import keep_approval
from tasks.storage.store import Store

log = logging.getLogger(__name__)

KEY: Final = "approval"
POLL: Final = 10  # seconds between two looks at whether the run was resumed
_DECISIONS: Final[dict[str, Literal["approved", "refused"]]] = {
    "approve": "approved",
    "refuse": "refused",
}


class ApprovalForm(RunInput):
    """What the person who is asked fills in."""

    decision: Literal["approve", "refuse"] = Field(
        title="Decision", description="approve: it becomes the latest release; refuse: it does not."
    )
    who: str = Field(
        title="Your name", description="Kept with the release.", pattern=r"\S", max_length=100
    )
    note: str = Field("", title="Note", description="Why; kept too.", max_length=10_000)


def check_approvable(params: ApprovalParams) -> None:
    """Raise UsageError where an answer is wanted but no server is named on which one could be given."""
    if params.ask and not PREFECT_API_URL.value():
        raise UsageError(
            "--approval.ask waits for an answer in the Prefect UI, but PREFECT_API_URL names no "
            "server. Start one by “prefect server start” and set PREFECT_API_URL, or leave it out."
        )


def ask_approval(
    root: str, version: str, summary: str, params: ApprovalParams, poll: int = POLL
) -> Approval:
    """Pause the current flow run until somebody decides about ``version``, and return what they said.

    ``summary`` is Markdown: what they should know. It becomes an artifact, and the form says where
    it is. The answer, also that nobody answered in time, is kept below ``reviews/`` of ``root``.
    """
    asked = now()
    artifact = create_markdown_artifact(
        key=KEY, markdown=summary, description=f"Shall release {version} become the latest?"
    )
    place = url_for("flow-run", flow_run.id) or f"flow run {flow_run.id}"
    log.warning(
        "Release %s waits for approval, %g h at most: resume %s.", version, params.hours, place
    )
    form = _answer(_form(version, artifact), params.seconds, poll)
    approval = Approval(
        version=version,
        decision="timed_out" if form is None else _DECISIONS[form.decision],
        who=" ".join(form.who.split()) if form else "",
        note=form.note.strip() if form else "",
        asked=asked,
        decided=now(),
        flow_run=flow_run.id,
    )
    keep_approval(Store(root), approval)
    get_run_logger().info("release %s: %s", version, approval.said)
    return approval


def raise_unless_approved(approval: Approval) -> None:
    """Raise NotApproved where a release may not become the latest."""
    if approval.decision != "approved":
        raise NotApproved(
            f"Release “{approval.version}” is not the latest: {approval.said}. It is whole and can "
            "be named with --version; the latest release stays what it was."
        )


def _answer(form: type[ApprovalForm], seconds: int, poll: int) -> ApprovalForm | None:
    """Pause until ``form`` is filled in, again where the run goes on without it; None at the end."""
    end, turn = time.monotonic() + seconds, 0
    while (left := ceil(end - time.monotonic())) > 0:
        turn += 1
        try:
            return pause_flow_run(form, left, poll, key=f"{KEY}-{flow_run.run_count}-{turn}")
        except FlowPauseTimeout:
            break
        except ValidationError:
            get_run_logger().warning("the run was resumed without the form, so it asks again")
    return None


def _form(version: str, artifact: object) -> type[ApprovalForm]:
    """Return the form with a heading that says what it is about and where to read more."""
    ui = PREFECT_UI_URL.value()
    place = (
        f"[summary]({ui}/artifacts/artifact/{artifact})" if ui else "summary in the Artifacts tab"
    )
    return ApprovalForm.with_initial_data(
        description=f"**Shall release {version} become the latest?** Read the {place} first."
    )
