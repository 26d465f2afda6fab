"""What a build shows while it runs."""

import io
import logging

from rich.console import Console
from rich.progress import Progress, TextColumn

from flows.cli.progress import Bars, Lines, Listener, Silence, shown_progress
from schemas.release import Part
from tasks._stage import report
from tasks.model.engine.meter import Reading, sentence


def part(stage, shard, **changed):
    counts = {"candidates": 5, "rows": 4, "rejections": 1, "findings": 0, "made": True, "calls": 0}
    return Part(stage=stage, shard=shard, key="k", **(counts | changed))


def test_without_a_terminal_each_part_is_one_plain_line(capsys):
    with shown_progress(silent=False) as view:
        view.say("Building")
        report(part("scan", 0))
        report(part("describe", 12, made=False, calls=3))
    assert capsys.readouterr().err.splitlines() == [
        "Building",
        "scan       shard 0        4 kept     1 rejected  made",
        "describe   shard 12       4 kept     1 rejected  found, 3 teacher calls",
    ]


def test_what_rooms_and_flows_warn_of_is_shown(capsys):
    with shown_progress(silent=False):
        logging.getLogger("tasks.model.engine.budget").warning("the budget is %d %% used", 80)
        logging.getLogger("flows.approval").warning("Release v1 waits for approval.")
        logging.getLogger("flows.approval").info("never mind")
    assert capsys.readouterr().err.splitlines() == [
        "the budget is 80 % used",
        "Release v1 waits for approval.",
    ]


def test_for_machines_nothing_is_shown(capsys):
    with shown_progress(silent=True) as view:
        view.say("Building")
        report(part("scan", 0))
    assert capsys.readouterr() == ("", "")


def test_the_logger_is_left_as_it_was(capsys):
    logger = logging.getLogger("rs_gpt4v.progress")
    before = (logger.level, logger.propagate, list(logger.handlers))
    with shown_progress(silent=False):
        assert len(logger.handlers) == len(before[2]) + 1
    assert (logger.level, logger.propagate, list(logger.handlers)) == before


def test_a_report_is_one_part_but_where_each_shard_has_its_own():
    shown = []

    class View(Silence):
        def show(self, part, shards):
            shown.append((part.stage, shards))

    listener = Listener(View())
    for stage, shard in (("scan", 0), ("scan", 1), ("tile", 0), ("blind", 0), ("symmetry", 1)):
        record = logging.makeLogRecord({"part": part(stage, shard)})
        listener.emit(record)
    assert shown[2:] == [("tile", 2), ("blind", 1), ("symmetry", 2)]


def test_on_a_terminal_each_stage_is_one_bar_with_its_sums():
    out = io.StringIO()
    columns = (TextColumn("{task.description} {task.completed:.0f}/{task.total:.0f} {task.fields[note]}"),)  # fmt: skip
    progress = Progress(*columns, console=Console(file=out, width=100), auto_refresh=False)
    bars = Bars(progress)
    for shard in (0, 1):
        bars.show(part("tile", shard, calls=2), shards=3)
    progress.refresh()
    progress.start()
    progress.stop()
    assert "tile 2/3 8 kept, 2 rejected, 4 calls" in out.getvalue()


def reading(answered, seconds):
    return Reading(answered, 0, 1000 * answered, 0.25 * answered, 2.0, 2000.0, 200, seconds)


def test_the_teachers_pace_is_a_line_every_half_minute(capsys):
    view = Lines()
    for seconds in range(70):
        now = reading(2 * seconds, seconds)
        view.pace(now, sentence(now))
    assert capsys.readouterr().err.splitlines() == [
        "teacher    60 of about 200 answers, 2.0 requests/s, 2,000 tokens/s, $15.00 of about $50.00, 70 s left",
        "teacher    120 of about 200 answers, 2.0 requests/s, 2,000 tokens/s, $30.00 of about $50.00, 40 s left",
    ]


def test_on_a_terminal_the_teachers_pace_is_the_last_bar():
    out = io.StringIO()
    columns = (TextColumn("{task.description} {task.completed:.0f}/{task.total} {task.fields[note]}"),)  # fmt: skip
    progress = Progress(*columns, console=Console(file=out, width=120), auto_refresh=False)
    bars = Bars(progress)
    for seconds in (1, 2):
        now = reading(50 * seconds, seconds)
        bars.pace(now, sentence(now))
    progress.start()
    progress.stop()
    assert "teacher 100/200 100 of about 200 answers, 2.0 requests/s" in out.getvalue()
