"""The flow of a night: what is new is found, planned, built, compared, promoted; the rest is pruned.

    detect → plan → budget → build → score → diff → promote or hold → prune → notify

One night at a time holds a root, by a lease that is kept alive while it works. A night that was
paused for longer than that finds another holder, and its manifest and its pointer are refused. Where
nothing is new no release is made.
"""

from dataclasses import dataclass, field

from prefect import flow, get_run_logger

from flows.approval import ask_approval, check_approvable, raise_unless_approved
from flows.build_dataset import release_of, run_all
from flows.clock import now
from flows.diff import publish_diff, sentence
from flows.ending import ending_soon
from flows.exhibits import show_release
from flows.gate import raise_if_held_back
from flows.key import key_from
from flows.live import shown_live
from flows.news import tell
from flows.outcome import raise_if_incomplete
from flows.plan import needs_plan, publish_plan
from flows.prune import raise_unless_proved
from flows.rerun import run_version
from flows.runners import ChosenRunner, check_runner
from schemas.diff import ReleaseDiff
from schemas.errors import HeldBack, LeaseHeld, NotApproved, OverBudget, Overtaken, PipelineError
from schemas.night import Night, NightParams, Outcome
from schemas.params import BuildParams
from schemas.plan import Plan
from schemas.prune import Pruned
from schemas.release import Manifest, Move
from tasks.canary import check_whole
from tasks.check import begin_release, check_build
from tasks.detect import Detected, detect_changes, made_before, remember
from tasks.diff import diff_releases
from tasks.promote import promote_release
from tasks.prune import prune_root
from tasks.storage.latest import holding_root
from tasks.storage.lease import Lease
from tasks.storage.releases import read_manifest, read_pointer
from tasks.storage.running import building
from tasks.storage.store import Store

DEFAULTS = BuildParams()
NIGHT = NightParams()


@dataclass
class _Log:
    """What is known of the night so far, so that a failed one can be told, too."""

    root: str
    version: str
    began: str
    fence: int = 0
    detected: Detected | None = None
    plan: Plan | None = None
    manifest: Manifest | None = None
    diff: ReleaseDiff | None = None
    pruned: Pruned | None = None
    remarks: list[str] = field(default_factory=list)

    def ended(self, outcome: Outcome, said: str, version: str) -> Night:
        """Return the night as it ended."""
        usage = self.manifest.usage if self.manifest else None
        return Night(
            root=self.root,
            version=version,
            outcome=outcome,
            said=" ".join([said, *self.remarks]),
            began=self.began,
            ended=now(),
            fence=self.fence,
            shards=len(self.detected.tiles) if self.detected else 0,
            new_shards=self.detected.new_shards if self.detected else 0,
            plan=self.plan,
            calls=usage.calls if usage else 0,
            cost=usage.cost if usage else None,
            diff=self.diff,
            pruned=self.pruned,
        )


@flow(name="nightly", task_runner=ChosenRunner())
def nightly(
    root: str,
    params: BuildParams = DEFAULTS,
    night: NightParams = NIGHT,
    version: str | None = None,
) -> Night:
    """Make a release of what is new in the sources of ``params``, and let it become the latest.

    Its version is the time, UTC, unless ``version`` names it. Ends well with “no_change” where
    nothing is new. Raises LeaseHeld beside another night, OverBudget where the plan expects more
    than may be spent, HeldBack and NotApproved where a release was made and is not the latest; all
    of it is told first.

    Args:
        root: Folder or URL that holds stages, answers and releases.
        params: Everything that decides what the release contains.
        night: What the night may do besides building.
        version: Name of the release. By default the time for which the run is planned, UTC.
    """
    store, log = Store(root), _Log(root, version or run_version(), now())
    try:
        with ending_soon(), key_from(params.service):
            check_approvable(params.approval)
            check_runner(params.runner)
            check_whole(params)
            check_build(root, log.version, params)
            with holding_root(store, patience=60 * night.patience) as lease:
                log.fence = lease.fence
                done = _night(store, log, params, night, lease)
    except PipelineError as error:
        tell(log.ended(_outcome(error), str(error), log.version), night.notify)
        raise
    tell(done, night.notify)
    return done


def _night(store: Store, log: _Log, params: BuildParams, night: NightParams, lease: Lease) -> Night:
    """Do the work of a night under ``lease``."""
    with shown_live(), building(store, log.version) as presence:
        log.detected = detected = detect_changes(log.root, params)
        if detected.same is not None:
            return _unchanged(store, log, detected.same, params, lease)
        log.plan = _planned(log.root, params, detected, night)
        made = run_all(log.root, params)
        before = made_before(store, made.paths, params)
        if before is not None:
            remember(store, detected.made_of, before)
            return _unchanged(store, log, before, params, lease)
        created = begin_release(log.root, log.version, params, now())
        manifest = release_of(log.root, log.version, created, params, made, presence, lease)
        log.manifest = manifest
    remember(store, detected.made_of, log.version)
    summary = show_release(log.root, manifest)
    if detected.latest is not None:
        log.diff = diff_releases(log.root, detected.latest, log.version, night.examples)
        publish_diff(log.diff)
    refused = _refused(log, manifest, params, summary, lease)
    _prune(log, night, lease)
    if refused is not None:
        raise refused
    raise_if_incomplete(manifest)
    return log.ended(
        "promoted", f"Release {log.version} is the latest. {_changed(log)}", log.version
    )


def _planned(root: str, params: BuildParams, detected: Detected, night: NightParams) -> Plan | None:
    """Return what a remote model would be asked; raise OverBudget where that costs too much."""
    if not needs_plan(params):
        return None
    plan = publish_plan(root, params, detected.tiles)
    expected = plan.all.cost
    if plan.over_budget or (
        night.budget is not None and expected is not None and expected.total > night.budget
    ):
        left = min(x for x in (plan.budget_left, night.budget) if x is not None)
        cost = f"US$ {expected.total:,.2f} ± {expected.plus_minus:,.2f}" if expected else "more"
        raise OverBudget(
            f"This night would ask {plan.model} for about {cost}, and may spend US$ {left:,.2f}: "
            "nobody was asked, and the latest release stays. “rs-gpt4v plan” says what for; raise "
            "the budget of a night or of the service, or change fewer prompts and parameters at once."
        )
    return plan


def _unchanged(store: Store, log: _Log, version: str, params: BuildParams, lease: Lease) -> Night:
    """Make no release; promote the one that stands where its night ended before it could."""
    pointer, manifest = read_pointer(store), read_manifest(store, version)
    raise_if_incomplete(manifest)
    if pointer is not None and pointer.version == version:
        return log.ended("no_change", f"No change: {version} stays the latest.", version)
    stays = f"{pointer.version} stays the latest" if pointer else "there is no latest"
    if manifest.gate is not None and not manifest.gate.passed:
        said = f"No change since {version}, which its gate held back: {stays}."
        return log.ended("no_change", said, version)
    if params.approval.ask or (pointer and any(m.version == version for m in pointer.moves)):
        said = f"No change since {version}, which a person took back or has not approved: {stays}."
        return log.ended("no_change", said, version)
    over = pointer.version if pointer else None
    promote_release(log.root, version, Move(version=version, at=now()), over, lease)
    return log.ended("promoted", f"Release {version}, made before, is the latest now.", version)


def _refused(
    log: _Log, manifest: Manifest, params: BuildParams, summary: str, lease: Lease
) -> PipelineError | None:
    """Let the release become the latest; return why it does not."""
    before = log.detected.latest if log.detected else None
    try:
        raise_if_held_back(manifest)
        if params.approval.ask:
            asked = ask_approval(log.root, log.version, summary, params.approval)
            raise_unless_approved(asked)
        move = Move(version=log.version, at=now())
        promote_release(log.root, log.version, move, before, lease)
    except (HeldBack, NotApproved, Overtaken) as error:
        return error
    return None


def _prune(log: _Log, night: NightParams, lease: Lease) -> None:
    """Remove what is not kept, unless somebody builds: then another night does."""
    if night.prune is None:
        return
    lease.confirm()
    try:
        log.pruned = prune_root(log.root, night.prune, remove=True)
    except LeaseHeld as error:
        log.remarks.append(f"Nothing was pruned: {error}")
        get_run_logger().warning("nothing was pruned: %s", error)
        return
    raise_unless_proved(log.root, log.pruned)


def _changed(log: _Log) -> str:
    return sentence(log.diff) if log.diff else "It is the first."


def _outcome(error: PipelineError) -> Outcome:
    kinds: dict[type[PipelineError], Outcome] = {
        HeldBack: "held_back",
        NotApproved: "not_approved",
        Overtaken: "overtaken",
        OverBudget: "over_budget",
    }
    return next((name for kind, name in kinds.items() if isinstance(error, kind)), "failed")
