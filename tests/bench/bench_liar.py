"""What a teacher that lies in 30 % of its sentences gets into a release, against an honest one.

    python -m tests.bench.bench_liar [--share 0.3] [--seed 0] [--examples N]

The demo's scenes are built twice over HTTP: with the offline teacher behind the test endpoint, and
with ``tests.truth.lying.Liar`` there. What is published is judged claim by claim by the yardstick's
own geometry and colours, never by the verifier; the honest release shows how often that errs. Ends
with one JSON line.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from flows.cli.environment import prefect_server, prepare_environment
from tests.truth.fact import Kind

prepare_environment(verbose=False)  # before anything imports Prefect


def main() -> None:
    """Build both releases and print what is in them."""
    from tests.truth.lying import Liar
    from tests.truth.release import Release

    options = _options()
    server, start = prefect_server(), time.perf_counter()
    liar = Liar(options.share, options.seed)
    with tempfile.TemporaryDirectory() as folder:
        scenes = _scenes(Path(folder))
        server.ready()
        honest = Release(f"{folder}/honest", _built(f"{folder}/honest", scenes))
        lying = Release(f"{folder}/lying", _built(f"{folder}/lying", scenes, liar))
        figures = _figures(honest, lying, liar, options.examples)
    print(json.dumps(figures | {"seconds": round(time.perf_counter() - start, 1)}))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--share", type=float, default=0.3, help="of sentences that lie")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--examples", type=int, default=0, help="published lies shown of each kind")
    return parser.parse_args()


def _scenes(folder: Path) -> Path:
    from tasks.demo.paint import paint_scenes

    paint_scenes(folder / "scenes")
    return folder / "scenes"


def _built(root: str, scenes: Path, liar=None):
    """Build a release with a teacher behind the test endpoint; returns its manifest."""
    from flows.build_dataset import build_dataset
    from schemas.params import BuildParams, SourceSpec, TeacherParams
    from schemas.settings import settings
    from tasks.model.engine import close_engines
    from tasks.model.offline import write_reply
    from tasks.model.serve import Options, served
    from tasks.sources.dota import V1_0

    params = BuildParams(
        sources=(SourceSpec(name="dota", path=str(scenes), licence="CC0-1.0", classes=V1_0),),
        teacher=TeacherParams(kind="openai", model="offline-teacher"),
    )
    with served(Options(), liar or write_reply) as endpoint:
        os.environ["RS_GPT4V_OPENAI_BASE_URL"] = endpoint.url
        os.environ["RS_GPT4V_OPENAI_API_KEY"] = "sk-yardstick"
        settings.cache_clear()
        manifest = build_dataset(root, "release", params)
        close_engines()
    return manifest


def _figures(honest, lying, liar, examples: int) -> dict[str, object]:
    ours, theirs = list(honest.claims()), list(lying.claims())
    false = [claim for claim in theirs if not claim.true]
    fates = list(lying.fates(liar.lies))
    _claims(theirs)
    _fates(fates)
    _show(false, examples)
    outcome = Counter(fate.split(":")[0] for _, fate in fates)
    return {
        "bench": "liar",
        "sentences": liar.sentences,
        "lies": len(liar.lies),
        "lying_share": round(len(liar.lies) / liar.sentences, 3),
        "claims": len(theirs),
        "false_claims": len(false),
        "false_per_1000": round(1000 * len(false) / max(1, len(theirs)), 2),
        "false_per_1000_honest": round(1000 * sum(not c.true for c in ours) / max(1, len(ours)), 2),
        "lies_published": outcome["published"],
        "lies_rejected": outcome["rejected"],
        "lies_repaired": outcome["repaired"],
        "lies_left_out": outcome["left out"],
        "generated_honest": len(honest.samples),
        "generated_lying": len(lying.samples),
        "yield_kept": round(len(lying.samples) / max(1, len(honest.samples)), 3),
    }


def _claims(claims: Sequence) -> None:
    checkable = Counter(claim.kind for claim in claims)
    false = Counter(claim.kind for claim in claims if not claim.true)
    print(f"{'claims published':<22}{'checkable':>10}{'false':>8}{'per 1,000':>11}")
    for kind in (*(kind for kind in Kind if checkable[kind]), None):
        total = checkable[kind] if kind else len(claims)
        wrong = false[kind] if kind else sum(false.values())
        print(f"{kind or 'all':<22}{total:>10}{wrong:>8}{1000 * wrong / max(1, total):>11.1f}")


def _fates(fates: Sequence) -> None:
    print(f"\n{'lies':<22}{'number':>10}{'share':>8}")
    counted = Counter(fate for _, fate in fates)
    for fate, number in sorted(counted.items(), key=lambda one: -one[1]):
        print(f"{fate:<30}{number:>4}{number / max(1, len(fates)):>8.1%}")


def _show(false: Sequence, examples: int) -> None:
    shown: Counter[Kind] = Counter()
    for claim in false:
        shown[claim.kind] += 1
        if shown[claim.kind] <= examples:
            print(f"\npublished, {claim.kind}: “{claim.words}” in: {claim.sentence}")


if __name__ == "__main__":
    main()
    sys.exit()
