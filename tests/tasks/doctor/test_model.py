"""Planted at the endpoint: no server, wrong key, name, limits and price; a model that sees nothing."""

import pytest

from schemas.params import ServiceParams, TeacherParams
from schemas.settings import Endpoint, Settings
from tasks.doctor import check_model
from tasks.model.serve import Checks, Options, Rates, serving
from tests.tasks.model.engine._servers import completion, server

MODEL = "gpt-4o"
KEY = "sk-very-secret"


def checked(url, model=MODEL, key=KEY, **service):
    where = Settings(endpoints=(Endpoint(base_url=url, api_key=key),), request_timeout=60)
    params = TeacherParams(kind="openai", model=model)
    return list(check_model(params, ServiceParams(**service), where))


@pytest.fixture(autouse=True)
def priced(tmp_path, monkeypatch):
    from schemas.settings import settings

    (tmp_path / "prices.yaml").write_text("gpt-4o: {input: 2.5, output: 10}\n")
    monkeypatch.setenv("RS_GPT4V_PRICES", str(tmp_path / "prices.yaml"))
    settings.cache_clear()
    yield
    settings.cache_clear()


def odd(*arguments, **named):
    found = checked(*arguments, **named)
    assert KEY not in repr(found)
    return {one.subject: one for one in found if one.state != "well"}


def test_the_built_in_rules_need_nothing():
    [found] = check_model(TeacherParams(), ServiceParams(), Settings())
    assert found.state == "well"


def test_a_healthy_endpoint_is_well():
    with serving(options=Options(checks=Checks(KEY), rates=Rates(600, 90_000, 9))) as url:
        found = {one.subject: one for one in checked(url)}
    assert {one.state for one in found.values()} == {"well"}, found
    assert found["requests a minute"].found == "600, as the server says"
    assert found["tokens a minute"].found == "90,000, as the server says"
    assert found["vision"].found == "it saw the red car in the picture"


def test_no_key_and_no_endpoint_are_found():
    [found] = check_model(TeacherParams(kind="openai", model=MODEL), ServiceParams(), Settings())
    assert found.state == "wrong"
    assert "RS_GPT4V_OPENAI_API_KEY" in found.remedy


def test_a_server_that_is_not_there_is_found():
    [found] = odd("http://127.0.0.1:9/v1").values()
    assert found.state == "wrong"
    assert "cannot be reached" in found.found
    assert "RS_GPT4V_OPENAI_BASE_URL is right" in found.remedy


def test_a_wrong_key_is_found():
    with serving(options=Options(checks=Checks("another"))) as url:
        [found] = odd(url).values()
    assert "does not accept the key (401)" in found.found
    assert found.remedy.startswith("Check RS_GPT4V_OPENAI_API_KEY.")


def test_a_model_that_the_server_does_not_know_is_found():
    with serving(options=Options(checks=Checks(models=("gpt-4o-mini",)))) as url:
        [found] = odd(url).values()
    assert f"knows no model “{MODEL}”" in found.found
    assert found.remedy.startswith("Check teacher.model")


def test_a_model_without_vision_is_found():
    with serving(options=Options(checks=Checks(vision=False))) as url:
        [found] = odd(url).values()
    assert "does not accept images" in found.found
    assert "Choose a vision model" in found.remedy


def test_a_model_whose_pictures_get_lost_on_the_way_is_doubted():
    blind = '{"facts": [{"ids": ["o1"], "attributes": "a small vehicle", "relations": ""}]}'
    with server((200, completion(blind))) as (url, _):
        found = odd(url)
    assert list(found) == ["vision"]
    assert "it may not have seen it" in found["vision"].found


def test_a_server_without_structured_outputs_is_doubted():
    with serving(refuse_response_format=True) as url:
        found = odd(url)
    assert list(found) == ["structured outputs"]
    assert "--teacher.structured false" in found["structured outputs"].remedy


def test_answers_that_cannot_be_read_are_found():
    with server((200, completion("I see a red car."))) as (url, _):
        found = odd(url)
    assert found["structured outputs"].state == "wrong"
    assert "another model" in found["structured outputs"].remedy


def test_more_than_the_server_allows_is_found():
    with serving(options=Options(rates=Rates(600, 90_000, 9))) as url:
        found = odd(url, requests_per_minute=6000, tokens_per_minute=80_000)
    assert list(found) == ["requests a minute"]
    assert found["requests a minute"].found.startswith("6,000 are set, the server allows 600")
    assert found["requests a minute"].remedy.endswith("or set 600")


def test_a_budget_without_a_price_cannot_be_kept():
    with serving() as url:
        assert odd(url, model="our-own")["price"].state == "doubtful"
        found = odd(url, model="our-own", budget=5)["price"]
    assert found.state == "wrong"
    assert "RS_GPT4V_PRICES" in found.remedy
