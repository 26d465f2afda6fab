"""The plan in words."""

import pytest

from flows.plan import cells, counted, markdown_plan, money, sentences
from schemas.plan import Estimate, Plan, PlannedRequests


def _row(prompt, cost=Estimate(total=1.5, plus_minus=0.25)):  # noqa: B008  # frozen
    many = Estimate(total=1_234_567, plus_minus=45_600)
    return PlannedRequests(
        prompt=prompt, requests=Estimate(total=1234, plus_minus=56.4), stored=Estimate(total=0),
        text_tokens=many, image_tokens=Estimate(total=765), output_tokens=many, cost=cost,
        answers=0,
    )  # fmt: skip


@pytest.fixture
def plan():
    return Plan(
        model="gpt-x", mode="sync", tiles=200, empty=3, sampled=20, rows=(_row("describe"),),
        all=_row("all"), mend=_row("mend"), seconds=Estimate(total=5400, plus_minus=600),
        bound_by="500 requests a minute", price="US$ 2 a million tokens in", budget_left=1.0,
        remarks=("It rests on this.",),
    )  # fmt: skip


def test_a_row_has_every_figure_with_its_error():
    assert cells(_row("describe")) == (
        "describe", "1,234 ± 56", "0", "1.23 ± 0.05 M", "765", "1.23 ± 0.05 M", "1.50 ± 0.25",
    )  # fmt: skip
    assert cells(_row("describe", cost=None))[-1] == "unknown"


def test_an_error_too_small_to_be_shown_is_not_shown():
    assert counted(Estimate(total=10, plus_minus=0.2)) == "10"
    assert money(Estimate(total=0.01234, plus_minus=0.001)) == "0.0123 ± 0.0010"


def test_beside_the_table_stand_time_price_budget_and_what_it_rests_on(plan):
    assert sentences(plan) == [
        "Time: 1.5 ± 0.2 h, by 500 requests a minute.",
        "Price: US$ 2 a million tokens in.",
        "Budget: US$ 1.00 is too little for it.",
        "It rests on this.",
    ]
    enough = plan.model_copy(update={"budget_left": 1.3, "seconds": None, "bound_by": "batches"})
    assert sentences(enough)[::2] == ["Time: batches.", "Budget: US$ 1.30 is left."]


def test_as_markdown_it_is_a_table_and_a_list(plan):
    lines = markdown_plan(plan).splitlines()
    assert lines[0] == "# What gpt-x will be asked"
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 5
    assert table[-1].startswith("| mend, at most | 1,234 ± 56 |")
    assert len({line.count("|") for line in table}) == 1
    assert "- It rests on this." in lines


def test_the_flow_publishes_it_of_the_tiles_that_were_made(build, params):
    from prefect import flow

    from flows.plan import publish_plan
    from schemas.release import Part

    found = sorted(build.root.glob("stages/tile/*-????????????????????.parquet"))
    parts = [
        Part(stage="tile", shard=int(path.name[:5]), key=path.name[6:26], candidates=1, rows=1,
             rejections=0, findings=0, made=False)
        for path in found
    ]  # fmt: skip

    @flow
    def planned() -> Plan:
        return publish_plan(str(build.root), params, [*parts, None])

    plan = planned()
    assert plan.tiles == 2
    assert plan.all.stored == plan.all.requests
