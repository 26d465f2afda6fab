"""The bootstrap on a real server: it makes all, then nothing, and leaves what people have set."""

import asyncio

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.schedules import CronSchedule
from prefect.exceptions import ObjectNotFound
from prefect.server.database import provide_database_interface
from prefect.server.models.deployments import schedule_runs
from prefect.settings import PREFECT_API_URL, temporary_settings
from pydantic import SecretStr

from deployments.bootstrap import Request, bootstrap, making
from deployments.bootstrap.__main__ import main
from deployments.bootstrap.files import read_deployments, read_profile, read_template, resolved
from schemas.errors import UsageError

pytestmark = pytest.mark.usefixtures("prefect_server")

GIVEN = {"rs_gpt4v_root": "/data/rs", "rs_gpt4v_sources": [{"name": "dota", "path": "/data/dota"}]}


@pytest.fixture(scope="module")
def made(prefect_server):
    """What a dry run says, and then the first run."""
    request = Request(profile="local", variables=GIVEN)
    dry = list(bootstrap(request.model_copy(update={"dry_run": True})))
    with get_client(sync_client=True) as client, pytest.raises(ObjectNotFound):
        client.read_work_pool("rs-gpt4v")
    yield dry, list(bootstrap(request))
    with get_client(sync_client=True) as client:  # else it stands in the way of other tests
        for pool in client.read_work_pools():
            client.delete_work_pool(pool.name)
        for limit in client.read_global_concurrency_limits():
            client.delete_global_concurrency_limit_by_name(limit.name)


def deployment(name):
    with get_client(sync_client=True) as client:
        return client.read_deployment_by_name(name)


def changed(changes):
    return [(one.kind, one.name, one.detail) for one in changes if one.verb != "kept"]


def test_a_dry_run_says_what_the_run_then_does(made):
    dry, run = made
    assert dry == run
    assert {one.verb for one in run if one.kind != "notifications"} == {"made"}


def test_a_second_run_changes_nothing(made):
    assert changed(bootstrap(Request(profile="local"))) == []


def test_deployments_carry_variables_form_and_pool(made):
    found = deployment("build-dataset/build-dataset")
    assert found.parameters == {
        "root": "/data/rs", "params": {"sources": GIVEN["rs_gpt4v_sources"]},
    }  # fmt: skip
    assert found.work_pool_name == "rs-gpt4v"
    assert found.entrypoint == "flows.build_dataset.build_dataset"
    tile = found.parameter_openapi_schema["definitions"]["TileParams"]["properties"]["size"]
    assert (tile["title"], tile["minimum"], tile["maximum"]) == ("Tile size", 64, 8192)


def test_nightly_is_off_and_one_at_a_time(made):
    found = deployment("nightly/nightly")
    (schedule,) = found.schedules
    assert not schedule.active
    assert (schedule.schedule.cron, schedule.schedule.timezone) == ("0 2 * * *", "UTC")
    assert found.global_concurrency_limit.limit == 1
    assert found.concurrency_options.collision_strategy == "ENQUEUE"


def test_what_people_set_stays_and_what_the_files_say_comes_back(made):
    found = deployment("nightly/nightly")
    with get_client(sync_client=True) as client:
        client.update_deployment_schedule(found.id, found.schedules[0].id, active=True)
        client.pause_deployment(deployment("verify/verify").id)
        automation = client.read_automations_by_name("rs-gpt4v late")[0]
        client.pause_automation(automation.id)
        changes = list(
            bootstrap(Request(profile="local", variables={"rs_gpt4v_cron": "0 3 * * *"}))
        )
        assert changed(changes) == [
            ("variable", "rs_gpt4v_cron", "0 2 * * * → 0 3 * * *"),
            ("schedule", "nightly: 0 3 * * * UTC", "on"),
        ]
        (schedule,) = deployment("nightly/nightly").schedules
        assert schedule.active
        assert schedule.schedule == CronSchedule(cron="0 3 * * *", timezone="UTC")
        assert deployment("verify/verify").paused
        assert not client.read_automations_by_name("rs-gpt4v late")[0].enabled


def test_a_channel_is_made_once_and_notifications_go_through_it(made):
    request = Request(profile="local", notify_url=SecretStr("https://chat.example/hook/s3cret"))
    first = changed(bootstrap(request))
    assert [kind for kind, _, _ in first] == ["notifications", *["automation"] * 3]
    assert changed(bootstrap(request)) == []
    with get_client(sync_client=True) as client:
        (action,) = client.read_automations_by_name("rs-gpt4v failed")[0].actions
        assert action.type == "send-notification"
        block = client.read_block_document(action.block_document_id, include_secrets=False)
    assert "s3cret" not in str(block.data)


def test_the_schedule_of_nights_makes_runs(made):
    nightly = deployment("nightly/nightly")

    async def scheduled():
        """Do what a server's scheduler does where a schedule is on; the one of these tests has none."""
        database = provide_database_interface()
        async with database.session_context(begin_transaction=True) as session:
            return await schedule_runs(session, nightly.id, min_runs=2, max_runs=2)

    with get_client(sync_client=True) as client:
        runs = [client.read_flow_run(name) for name in asyncio.run(scheduled())]
    assert [run.state_name for run in runs] == ["Scheduled"] * 2
    first, second = sorted(run.expected_start_time for run in runs)
    assert (second - first).days == 1


def test_the_key_is_kept_as_a_secret_and_must_be_there(made):
    request = Request(profile="local", secret="teacher-key", key=SecretStr("k1"))
    assert changed(bootstrap(request)) == [("secret", "teacher-key", "")]
    assert changed(bootstrap(request)) == []
    with pytest.raises(UsageError, match="OPENAI_API_KEY holds no key"):
        list(bootstrap(Request(profile="local", secret="teacher-key")))


def test_the_command_says_one_line_each_and_what_is_wrong(made, capsys):
    assert main(["--profile", "local", "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Nothing changed: all ")
    assert main(["--profile", "local", "--set", "rooot=/data"]) == 2
    assert "Did you mean “rs_gpt4v_root”?" in capsys.readouterr().err


def test_every_variable_of_the_deployments_begins_in_every_profile():
    for name in ("local", "k8s"):
        profile = read_profile(name)
        specs = read_deployments(profile.variables)
        assert {spec.work_pool.name for spec in specs} == {profile.pool.name}


def test_runs_on_kubernetes_take_the_image_that_was_set():
    pool = read_profile("k8s").pool
    template = read_template(pool, {"rs_gpt4v_image": "registry.example.org/rs-gpt4v:1"})
    image = template["variables"]["properties"]["image"]
    assert image["default"] == "registry.example.org/rs-gpt4v:1"


def test_a_variable_takes_its_type_where_it_stands_alone():
    variables = {"a": [1], "b": 2}
    assert resolved({"x": "{{ prefect.variables.a }}"}, variables) == {"x": [1]}
    assert resolved("{{prefect.variables.b}}/c", variables) == "2/c"
    with pytest.raises(UsageError, match="“c”"):
        resolved("{{ prefect.variables.c }}", variables)


def test_a_server_that_does_not_answer_is_named(monkeypatch, capsys):
    monkeypatch.setattr(making, "READY_WITHIN", 0.0)
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert main(["--profile", "local", "--dry-run"]) == 2
    said = capsys.readouterr().err
    assert "No Prefect server answers at http://127.0.0.1:9/api" in said
    assert "prefect server start" in said
