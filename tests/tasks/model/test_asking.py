"""Asking: outcomes in order through a bounded window, a bad answer asked again once, the rest said."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from schemas.errors import TransientTeacherError
from schemas.params import ServiceParams, TeacherParams
from schemas.settings import settings
from schemas.teacher import Answer, LocalDescription, Message, ModelRequest, Synthesis
from schemas.vocabulary import Reason
from tasks.model.answers import open_answers
from tasks.model.asking import PICTURES, Asked, Question, Unanswered, ask, ask_all, stream
from tasks.model.engine import Obtained, close_engines
from tasks.storage.store import Store
from tests.tasks.model.offline.replies import messages
from tests.tasks.model.offline.tiles import tiles

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

    async def obtain(self, request: ModelRequest) -> Obtained:
        self.requests.append(request)
        line = self.lines.pop(0)
        said = {"text": line, "finish_reason": "stop"} if isinstance(line, str) else line
        counted = {"prompt_tokens": 10, "completion_tokens": 5, "cost": 0.25, "tries": 2}
        return Obtained(Answer(key=request.key, model="scripted", **counted, **said), made=True)


def asked(teacher, complaint=lambda _reply: None):
    question = Question("tile", REQUEST, Synthesis, complaint)
    return asyncio.run(ask(teacher, question))


def test_an_answer_is_parsed_and_traced() -> None:
    outcome = asked(Scripted(GOOD))
    assert outcome.reply == Synthesis(description="All is well.")
    assert outcome.calls == 1
    exchange = outcome.exchange
    assert (exchange.request_key, exchange.model, exchange.attempts) == (REQUEST.key, "scripted", 1)
    assert (exchange.prompt, exchange.prompt_tokens) == ("synthesize", 10)


def test_words_and_fences_round_the_json_do_no_harm() -> None:
    assert isinstance(asked(Scripted(f"Sure!\n```json\n{GOOD}\n```\n")), Asked)


def test_a_parse_failure_is_asked_again_once_with_the_error() -> None:
    teacher = Scripted('{"descripton": "typo"}', GOOD)
    outcome = asked(teacher)
    assert (outcome.calls, outcome.exchange.attempts) == (2, 2)
    exchange = outcome.exchange
    assert (exchange.prompt_tokens, exchange.cost, exchange.tries) == (20, 0.5, 4)
    second = teacher.requests[1]
    assert second.key != REQUEST.key
    assert outcome.exchange.request_key == second.key
    assert second.messages[:2] == REQUEST.messages
    assert second.messages[2] == Message(role="assistant", text='{"descripton": "typo"}')
    assert "description: Field required" in second.messages[3].text
    assert second.image == b"jpeg"


def test_the_second_failure_ends_it_and_keeps_the_raw_text() -> None:
    outcome = asked(Scripted("first nonsense", "second nonsense"))
    assert isinstance(outcome, Unanswered)
    assert outcome.reason is Reason.UNPARSABLE_ANSWER
    assert outcome.raw == "second nonsense"
    assert REQUEST.key in outcome.detail
    assert outcome.calls == 2


def test_a_complaint_costs_one_more_request() -> None:
    teacher = Scripted(GOOD, '{"description": "Better."}')
    outcome = asked(teacher, lambda r: "too good" if "well" in r.description else None)
    assert outcome.reply.description == "Better."
    assert "too good" in teacher.requests[1].messages[3].text


@pytest.mark.parametrize("second", ["nonsense", '{"description": "All is well, still."}'])
def test_a_complaint_never_costs_the_answer(second: str) -> None:
    outcome = asked(Scripted(GOOD, second), lambda _reply: "never content")
    assert isinstance(outcome, Asked)
    assert outcome.calls == 2


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"text": "", "refusal": "I will not."}, Reason.REFUSED),
        ({"text": "8,192 at most", "finish_reason": "context_length_exceeded"}, Reason.TOO_LONG),
    ],
)
def test_refusals_and_what_is_too_long_are_not_asked_again(said, reason) -> None:
    teacher = Scripted(said)
    outcome = asked(teacher)
    assert isinstance(outcome, Unanswered)
    assert outcome.reason is reason
    assert len(teacher.requests) == 1
    assert outcome.raw == said["text"]


CUT = {"text": '{"description": "All is', "finish_reason": "length"}


def test_a_cut_off_answer_is_asked_again_with_twice_the_room() -> None:
    teacher = Scripted(CUT, GOOD)
    outcome = asked(teacher)
    assert isinstance(outcome, Asked)
    assert [one.max_tokens for one in teacher.requests] == [100, 200]
    assert teacher.requests[1].messages == REQUEST.messages
    assert outcome.exchange.request_key == teacher.requests[1].key != REQUEST.key
    assert outcome.exchange.max_tokens == 200


def test_cut_off_twice_is_cut_off() -> None:
    outcome = asked(Scripted(CUT, CUT))
    assert isinstance(outcome, Unanswered)
    assert outcome.reason is Reason.CUT_OFF
    assert (outcome.calls, outcome.raw) == (2, CUT["text"])


def test_a_whole_answer_counts_even_if_it_filled_the_limit() -> None:
    assert isinstance(asked(Scripted({"text": GOOD, "finish_reason": "length"})), Asked)


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
    """A teacher that counts how many requests are with it."""

    def __init__(self, slow: int = -1) -> None:
        self.now = self.most = 0
        self.slow, self.opened = slow, threading.Event()

    async def obtain(self, request: ModelRequest) -> Obtained:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        while request.seed == self.slow and not self.opened.is_set():
            await asyncio.sleep(0.001)
        self.now -= 1
        return Obtained(Answer(key=request.key, model="busy", text=GOOD), made=True)


def numbered(number: int, **more: object) -> ModelRequest:
    fields = {name: getattr(REQUEST, name) for name in ModelRequest.model_fields}
    return ModelRequest(**fields | {"seed": number} | more)


async def ended() -> None:
    left = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*left, return_exceptions=True)


@contextmanager
def running() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(ended(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Drawn:
    """Questions that count how far they were drawn."""

    def __init__(self, count: int, **more: object) -> None:
        self.count, self.more, self.drawn = count, more, 0

    def __iter__(self) -> Iterator[Question]:
        for number in range(self.count):
            self.drawn += 1
            yield Question(number, numbered(number, **self.more), Synthesis)


def test_outcomes_come_in_order_and_questions_are_drawn_as_they_are_answered() -> None:
    teacher, questions = Busy(), Drawn(200)
    with running() as loop:
        outcomes = stream(teacher, loop, 5, questions)
        assert next(outcomes)[0] == 0
        assert questions.drawn <= 11
        assert [subject for subject, _ in outcomes] == list(range(1, 200))
    assert teacher.most <= 10


def test_a_slow_first_answer_holds_up_neither_the_others_nor_the_memory() -> None:
    teacher, questions = Busy(slow=0), Drawn(1000)
    with running() as loop:
        outcomes = stream(teacher, loop, 5, questions)
        first = threading.Thread(target=next, args=(outcomes,))
        first.start()
        deadline = time.monotonic() + 10
        while questions.drawn < 80 and time.monotonic() < deadline:
            time.sleep(0.001)
        assert questions.drawn == 80  # eight times what may be unanswered, and no more
        teacher.opened.set()
        first.join()
        assert [subject for subject, _ in outcomes] == list(range(1, 1000))


def test_large_pictures_narrow_the_window() -> None:
    teacher = Busy(slow=0)
    questions = Drawn(10, image=bytes(PICTURES // 2))
    with running() as loop:
        outcomes = stream(teacher, loop, 5, questions)
        first = threading.Thread(target=next, args=(outcomes,))
        first.start()
        time.sleep(0.05)
        assert teacher.most <= 2
        teacher.opened.set()
        first.join()
        outcomes.close()


def test_the_first_error_comes_out_bare_and_the_rest_is_given_up() -> None:
    class Failing(Busy):
        async def obtain(self, request: ModelRequest) -> Obtained:
            if request.seed == 3:
                raise TransientTeacherError("overloaded")
            return await super().obtain(request)

    teacher = Failing(slow=5)
    with running() as loop:
        with pytest.raises(TransientTeacherError, match="overloaded"):
            list(stream(teacher, loop, 8, Drawn(1000)))
        asyncio.run_coroutine_threadsafe(asyncio.sleep(0.01), loop).result()
        assert not asyncio.all_tasks(loop)


def test_an_error_in_the_questions_comes_out_too() -> None:
    def questions() -> Iterator[Question]:
        yield Question(0, numbered(0), Synthesis)
        raise ValueError("a broken tile")

    with running() as loop, pytest.raises(ValueError, match="a broken tile"):
        list(stream(Busy(), loop, 8, questions()))


def test_what_was_asked_is_under_the_root_before_the_last_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("RS_GPT4V_STATE_FOLDER", str(tmp_path / "state"))
    settings.cache_clear()
    store = Store(str(tmp_path / "root"))
    facts, image = tiles(["harbour"])["harbour"]
    texts = tuple(Message(role="user", text=text) for text in messages(facts))
    request = numbered(1, reply="LocalDescription", messages=texts, image=image)
    question = Question("tile", request, LocalDescription)
    for calls in (1, 0):
        outcomes = list(ask_all(TeacherParams(), ServiceParams(), store, lambda: [question]))
        assert [outcome.calls for _, outcome in outcomes] == [calls]
        assert store.list("answers/segments")
    assert open_answers(store.uri).get(question.request.key) is not None
    close_engines()
    settings.cache_clear()
