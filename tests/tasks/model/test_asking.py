"""Asking: stored answers cost nothing, a bad answer is asked again once, the rest is said."""

import asyncio
import json
from contextlib import asynccontextmanager

import pytest

from schemas.errors import TransientTeacherError
from schemas.params import ServiceParams, TeacherParams
from schemas.teacher import Answer, Message, ModelRequest, Synthesis
from schemas.vocabulary import Reason
from tasks.model.answers import AnswerStore, answer_path
from tasks.model.asking import Asked, Question, Unanswered, ask, ask_all
from tasks.storage.store import Store

GOOD = '{"description": "All is well."}'
REQUEST = ModelRequest(
    purpose="synthesize",
    prompt_fingerprint="f",
    model="m",
    messages=(Message(role="system", text="s"), Message(role="user", text="u")),
    image=b"jpeg",
    image_sha256="0" * 64,
    reply="Synthesis",
    temperature=0.1,
    max_tokens=100,
    seed=1,
)


class Scripted:
    """A teacher that says one line of its script after another."""

    def __init__(self, *lines: str | dict[str, str]) -> None:
        self.lines = list(lines)
        self.requests: list[ModelRequest] = []

    async def answer(self, request: ModelRequest) -> Answer:
        self.requests.append(request)
        line = self.lines.pop(0)
        said = {"text": line, "finish_reason": "stop"} if isinstance(line, str) else line
        return Answer(
            key=request.key, model="scripted", prompt_tokens=10, completion_tokens=5, **said
        )


@pytest.fixture
def answers(tmp_path) -> AnswerStore:
    return AnswerStore(Store(str(tmp_path)))


def asked(teacher, answers, complaint=lambda _reply: None):
    question = Question("tile", REQUEST, Synthesis, complaint)
    return asyncio.run(ask(teacher, answers, question))


def test_an_answer_is_parsed_and_traced(answers) -> None:
    outcome = asked(Scripted(GOOD), answers)
    assert outcome.reply == Synthesis(description="All is well.")
    assert outcome.calls == 1
    exchange = outcome.exchange
    assert (exchange.request_key, exchange.model, exchange.attempts) == (REQUEST.key, "scripted", 1)
    assert (exchange.prompt, exchange.prompt_tokens) == ("synthesize", 10)


def test_an_answer_that_stands_is_not_asked_for(answers) -> None:
    asked(Scripted(GOOD), answers)
    again = asked(Scripted(), answers)
    assert again.calls == 0
    assert again.reply.description == "All is well."


def test_the_stored_answer_shows_prompt_and_raw_text_but_no_picture(answers, tmp_path) -> None:
    asked(Scripted(GOOD), answers)
    path = tmp_path / answer_path(REQUEST.key)
    assert path.parent.name == REQUEST.key[:2]
    stored = json.loads(path.read_text())
    assert stored["answer"]["text"] == GOOD
    assert [m["text"] for m in stored["messages"]] == ["s", "u"]
    assert "image" not in stored


def test_a_torn_stored_answer_is_asked_for_again(answers, tmp_path) -> None:
    asked(Scripted(GOOD), answers)
    (tmp_path / answer_path(REQUEST.key)).write_text('{"prompt": "syn')
    assert asked(Scripted(GOOD), answers).calls == 1


def test_words_and_fences_round_the_json_do_no_harm(answers) -> None:
    assert isinstance(asked(Scripted(f"Sure!\n```json\n{GOOD}\n```\n"), answers), Asked)


def test_a_parse_failure_is_asked_again_once_with_the_error(answers) -> None:
    teacher = Scripted('{"descripton": "typo"}', GOOD)
    outcome = asked(teacher, answers)
    assert (outcome.calls, outcome.exchange.attempts) == (2, 2)
    assert outcome.exchange.prompt_tokens == 20
    second = teacher.requests[1]
    assert second.key != REQUEST.key
    assert outcome.exchange.request_key == second.key
    assert second.messages[:2] == REQUEST.messages
    assert second.messages[2] == Message(role="assistant", text='{"descripton": "typo"}')
    assert "description: Field required" in second.messages[3].text
    assert second.image == b"jpeg"


def test_the_second_failure_ends_it_and_keeps_the_raw_text(answers) -> None:
    outcome = asked(Scripted("first nonsense", "second nonsense"), answers)
    assert isinstance(outcome, Unanswered)
    assert outcome.reason is Reason.UNPARSABLE_ANSWER
    assert outcome.raw == "second nonsense"
    assert REQUEST.key in outcome.detail
    assert outcome.calls == 2


def test_two_stored_failures_cost_no_call(answers) -> None:
    asked(Scripted("first nonsense", "second nonsense"), answers)
    outcome = asked(Scripted(), answers)
    assert isinstance(outcome, Unanswered)
    assert outcome.calls == 0


def test_a_complaint_costs_one_more_request(answers) -> None:
    teacher = Scripted(GOOD, '{"description": "Better."}')
    outcome = asked(teacher, answers, lambda r: "too good" if "well" in r.description else None)
    assert outcome.reply.description == "Better."
    assert "too good" in teacher.requests[1].messages[3].text


@pytest.mark.parametrize("second", ["nonsense", '{"description": "All is well, still."}'])
def test_a_complaint_never_costs_the_answer(answers, second: str) -> None:
    outcome = asked(Scripted(GOOD, second), answers, lambda _reply: "never content")
    assert isinstance(outcome, Asked)
    assert outcome.calls == 2


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"text": "", "refusal": "I will not."}, Reason.REFUSED),
        ({"text": '{"description": "All is', "finish_reason": "length"}, Reason.CUT_OFF),
    ],
)
def test_refusals_and_cut_off_answers_are_not_asked_again(answers, said, reason) -> None:
    teacher = Scripted(said)
    outcome = asked(teacher, answers)
    assert isinstance(outcome, Unanswered)
    assert outcome.reason is reason
    assert len(teacher.requests) == 1
    assert outcome.raw == said["text"]


def test_a_whole_answer_counts_even_if_it_filled_the_limit(answers) -> None:
    assert isinstance(asked(Scripted({"text": GOOD, "finish_reason": "length"}), answers), Asked)


def test_the_key_covers_messages_picture_model_and_sampling() -> None:
    changes = {
        "model": "other",
        "messages": REQUEST.messages[:1],
        "image_sha256": "1" * 64,
        "reply": "Dialogue",
        "temperature": 0.2,
        "max_tokens": 101,
        "seed": 2,
    }
    fields = {name: getattr(REQUEST, name) for name in ModelRequest.model_fields}
    keys = {ModelRequest(**fields | {name: value}).key for name, value in changes.items()}
    assert len(keys | {REQUEST.key}) == len(changes) + 1


class Busy:
    """A teacher that counts how many requests are in flight."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def answer(self, request: ModelRequest) -> Answer:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.002)
        self.now -= 1
        return Answer(key=request.key, model="busy", text=GOOD)


def numbered(number: int) -> ModelRequest:
    fields = {name: getattr(REQUEST, name) for name in ModelRequest.model_fields}
    return ModelRequest(**fields | {"seed": number})


def opening(teacher):
    """Return what opens ``teacher``, whatever the parameters say."""

    @asynccontextmanager
    async def opened(_params):
        yield teacher

    return opened


def test_outcomes_come_in_order_and_no_more_than_allowed_at_once(answers) -> None:
    teacher = Busy()
    drawn = []

    def questions():
        for number in range(100):
            drawn.append(number)
            yield Question(number, numbered(number), Synthesis)

    outcomes = ask_all(
        TeacherParams(), ServiceParams(concurrency=5), answers, questions(), opening(teacher)
    )
    assert next(outcomes)[0] == 0
    assert len(drawn) <= 32  # pictures of one chunk stand in memory, not all
    assert [subject for subject, _ in outcomes] == list(range(1, 100))
    assert teacher.most == 5


def test_the_first_error_comes_out_bare_and_earlier_answers_are_kept(answers) -> None:
    class Failing(Busy):
        async def answer(self, request: ModelRequest) -> Answer:
            if request.seed == 3:
                await asyncio.sleep(0.05)
                raise TransientTeacherError("overloaded")
            return await super().answer(request)

    questions = (Question(n, numbered(n), Synthesis) for n in range(6))
    with pytest.raises(TransientTeacherError, match="overloaded"):
        list(ask_all(TeacherParams(), ServiceParams(), answers, questions, opening(Failing())))
    assert answers.get(numbered(0).key) is not None
    assert answers.get(numbered(3).key) is None
