"""The offline teacher behind the engine's seam."""

from prompts import load_prompt
from schemas.params import ServiceParams, TeacherParams
from tasks.describe import describe_tile
from tasks.model.engine.engine import Engine
from tasks.model.teacher import offline_answer, open_teacher
from tests.tasks._teaching import apron, pictured


def test_its_answers_are_free_and_say_whose_they_are():
    (question,) = describe_tile(pictured(apron()), load_prompt("describe"), TeacherParams())
    answer = offline_answer(question.request)
    assert (answer.key, answer.model) == (question.request.key, "offline-teacher")
    assert (answer.cost, answer.latency, answer.tries, answer.endpoint) == (0, 0, 1, "")
    assert answer == offline_answer(question.request)


def test_it_is_asked_through_the_engine_like_any_other(tmp_path):
    teacher = open_teacher(TeacherParams(), ServiceParams(), str(tmp_path / "root"))
    (question,) = describe_tile(pictured(apron()), load_prompt("describe"), TeacherParams())
    assert isinstance(teacher, Engine)
    assert teacher.run(teacher.answer(question.request)) == offline_answer(question.request)
    assert question.request.key in teacher.answers
