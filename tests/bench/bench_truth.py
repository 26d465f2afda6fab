"""How well the verifier tells true from false: planted errors, false alarms, speed, linear time.

    python -m tests.bench.bench_truth [--scenes N] [--kinds [KIND …]] [--examples N] [--half HALF]

True statements come from seeded scenes, in plans that the offline teacher does not have and in the
style of real captions, and from the offline teacher's own texts about seeded and painted scenes. In
each one fact is changed so that it becomes clearly false; that both are clear is computed by
``tests.truth``, which does not know the verifier.

Scenes and plans are in two halves. The tuning half is for whoever works on the verifier: ``--kinds``
shows each kind by source, ``--examples`` what was missed and what was a false alarm. The figures
that count are those of the **held-out** half, whose scenes and wordings nobody has tuned to; look
at its examples (``--half held-out``) only to find errors of the yardstick.

A changed statement is detected when a contradicted verdict lies on it; a false alarm is one on a
statement that was not changed. Paraphrases agree when two wordings of one fact have the same
outcome, as they stand and changed. Ends with one JSON line.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence

from tests.truth.fact import Kind
from tests.truth.linear import Growth, growths
from tests.truth.measuring import (
    Checked,
    Figures,
    checked_cases,
    distinct,
    figures,
    paraphrase_agreement,
)
from tests.truth.planting import planted

HALVES = ("tuning", "held-out")
LINE = "{:>7}{:>10}{:>8}{:>14}{:>8}{:>11}"


def main() -> None:
    """Plant, check, and print the tables."""
    options = _options()
    seconds, checked = checked_cases(planted(options.scenes))
    halves = {
        half: [one for one in checked if one.held_out == (half == "held-out")] for half in HALVES
    }
    if options.kinds is not None or options.examples:
        chosen = [
            one for one in halves[options.half] if not options.kinds or one.kind in options.kinds
        ]
        _table(f"{options.half} half by kind and source", _by_source(chosen))
        _examples(chosen, options.examples)
        return
    for half, found in halves.items():
        _table(f"{half} half", _by_kind(found))
        print(f"paraphrases agree: {paraphrase_agreement(found):.2%}")
    grown = growths()
    _grown(grown)
    print(json.dumps(_summary(halves, grown, checked, seconds), ensure_ascii=False))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenes", type=int, default=72, help="seeded scenes [%(default)s]")
    parser.add_argument("--kinds", nargs="*", choices=[kind.value for kind in Kind], metavar="KIND",
                        help="by kind and source; all kinds if none is named")  # fmt: skip
    parser.add_argument("--examples", type=int, default=0, metavar="N",
                        help="missed changes and false alarms shown of each kind")  # fmt: skip
    parser.add_argument("--half", choices=HALVES, default=HALVES[0])
    return parser.parse_args()


def _by_kind(found: Sequence[Checked]) -> dict[str, Figures]:
    groups = defaultdict(list)
    for one in found:
        groups[one.kind.value].append(one)
    return {name: figures(groups[name]) for name in sorted(groups)} | {"all": figures(found)}


def _by_source(found: Sequence[Checked]) -> dict[str, Figures]:
    groups = defaultdict(list)
    for one in found:
        groups[f"{one.kind.value}, {one.source}"].append(one)
    return {name: figures(groups[name]) for name in sorted(groups)} | {"all": figures(found)}


def _table(title: str, rows: dict[str, Figures]) -> None:
    width = max(map(len, rows)) + 2
    line = f"{{:<{width}}}{LINE}"
    print(f"\n{title}")
    print(line.format("", "cases", "detected", "%", "true alarmed", "%", "supported"))
    for name, row in rows.items():
        print(
            line.format(
                name, row.cases, row.detected, f"{row.detection:.1%}", row.alarms,
                f"{row.alarm_rate:.2%}", f"{row.supported_share:.0%}",
            )
        )  # fmt: skip


def _examples(found: Iterable[Checked], number: int) -> None:
    shown: dict[tuple[str, str], int] = defaultdict(int)
    for one in found:
        for what, is_it, text, verdicts in (
            ("missed", not one.detected, one.case.false, one.false_verdicts),
            ("false alarm", one.alarmed, one.case.true, one.true_verdicts),
        ):
            if not is_it or shown[what, one.kind] >= number:
                continue
            shown[what, one.kind] += 1
            print(f"\n{what}, {one.kind.value}, {one.source}, scene {one.case.scene}")
            print(f"  {' | '.join(text.turns)}")
            for verdict in verdicts:
                print(
                    f"    {verdict.outcome} {verdict.kind}: “{verdict.claim}” — {verdict.evidence}"
                )


def _grown(grown: Sequence[Growth]) -> None:
    print(f"\n{'text':<22}{'1× ms':>10}{'10× ms':>10}{'exponent':>10}")
    for one in grown:
        print(
            f"{one.name:<22}{one.small * 1e3:>10.1f}{one.large * 1e3:>10.1f}{one.exponent:>10.2f}"
        )


def _summary(
    halves: dict[str, list[Checked]],
    grown: Sequence[Growth],
    checked: Sequence[Checked],
    seconds: float,
) -> dict[str, object]:
    sentences = sum(one.sentences for one in checked)
    summary: dict[str, object] = {"bench": "truth", "true_sentences": distinct(checked)}
    for half, found in halves.items():
        kinds = _by_kind(found)
        summary[half] = {
            "cases": kinds["all"].cases,
            "true_sentences": distinct(found),
            "detection": round(kinds["all"].detection, 4),
            "worst_kind": round(min(row.detection for row in kinds.values()), 4),
            "by_kind": {
                name: round(row.detection, 4) for name, row in kinds.items() if name != "all"
            },
            "false_alarms": round(kinds["all"].alarm_rate, 4),
            "paraphrase_agreement": round(paraphrase_agreement(found), 4),
        }
    return summary | {
        "sentences_per_second": round(sentences / seconds),
        "steepest": max(grown, key=lambda one: one.exponent).name,
        "steepest_exponent": round(max(one.exponent for one in grown), 2),
        "hangs": sum(one.hangs for one in grown),
    }


if __name__ == "__main__":
    main()
