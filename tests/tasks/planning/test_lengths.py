"""How long answers are, told by those that are stored."""

import pytest

from schemas.settings import settings
from schemas.teacher import Answer, ModelRequest
from tasks.model.answers import AnswerStore
from tasks.model.engine.tokens import estimated_tokens, prompt_tokens
from tasks.model.offline import write_reply
from tasks.planning.lengths import FEWEST, Lengths, stored_lengths
from tests.tasks.model.offline.replies import messages
from tests.tasks.model.offline.tiles import scenes, sheet

TEXTS = messages(sheet(scenes()["row of nine"]))


@pytest.fixture
def answers(tmp_path, monkeypatch):
    monkeypatch.setenv("RS_GPT4V_STATE_FOLDER", str(tmp_path / "state"))
    settings.cache_clear()
    store = AnswerStore(str(tmp_path / "root"))
    yield store
    store.close()
    settings.cache_clear()


def _keep(answers, count, tokens, *, model="m", prompt="describe", again=False, **said):
    for seed in range(count):
        texts = [("user", text) for text in TEXTS] + ([("assistant", "no")] if again else [])
        request = ModelRequest(
            purpose=prompt, prompt_fingerprint="f", model=model, reply="LocalDescription",
            messages=tuple({"role": role, "text": text} for role, text in texts),
            temperature=0.2, max_tokens=4000, seed=seed,
        )  # fmt: skip
        fields = {
            "finish_reason": "stop", "completion_tokens": tokens(seed),
            "prompt_tokens": 2765, "image_tokens": 765,
        } | said  # fmt: skip
        answers.put(request, Answer(key=request.key, model=model, text="{}", **fields))


def _written(seed):
    return estimated_tokens(write_reply(TEXTS, None, "LocalDescription", seed))


def _estimated():
    texts = tuple({"role": "user", "text": text} for text in TEXTS)
    request = ModelRequest(
        purpose="describe", prompt_fingerprint="f", model="m", reply="LocalDescription",
        messages=texts, temperature=0.2, max_tokens=4000, seed=0,
    )  # fmt: skip
    return prompt_tokens(request)


def _known(answers):
    return stored_lengths(answers, "m", ["describe"])["describe"]


def test_enough_answers_tell_the_ratio_and_the_seconds(answers):
    _keep(answers, FEWEST, lambda seed: 3 * _written(seed), latency=2.5)
    known = _known(answers)
    assert (known.answers, known.seconds) == (FEWEST, 2.5)
    assert known.output.value == pytest.approx(3.0)
    assert known.output.error == pytest.approx(0, abs=1e-9)
    assert known.text.value == pytest.approx(2000 / _estimated())
    assert known.latency(10_000) == 2.5


def test_answers_of_uneven_length_leave_a_doubt(answers):
    _keep(answers, 40, lambda seed: (2 + 2 * (seed % 2)) * _written(seed))
    known = _known(answers)
    assert known.output.value == pytest.approx(3.0, rel=0.1)
    assert known.output.doubt == pytest.approx(1 / 3 / 40**0.5, rel=0.1)


def test_too_few_answers_tell_no_ratio(answers):
    _keep(answers, FEWEST - 1, lambda _: 999)
    assert _known(answers) == Lengths()
    assert _known(answers).latency(100) == pytest.approx(4.0)


@pytest.mark.parametrize(
    "other",
    [
        {"model": "other"},
        {"prompt": "converse"},
        {"finish_reason": "length"},
        {"refusal": "no"},
        {"prompt_tokens": 0, "image_tokens": 0},
        {"again": True},
    ],
)
def test_only_whole_answers_of_this_model_to_this_prompt_tell(answers, other):
    _keep(answers, 30, lambda _: 999, **other)
    assert _known(answers).answers == 0
