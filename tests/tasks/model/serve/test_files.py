"""Files are uploaded by streaming, listed, read and deleted, as the official client does it."""

import time
from collections.abc import Iterator
from itertools import pairwise

import openai
import pytest

from tasks.model.serve import Batching, Faults, Options
from tests.tasks.model.serve._asking import endpoint


@pytest.fixture
def running():
    with endpoint() as (raw, served):
        yield raw, served


@pytest.fixture
def client(running):
    with openai.OpenAI(base_url=running[1].url, api_key="k", max_retries=0) as opened:
        yield opened


def test_a_file_is_kept_read_and_deleted(client: openai.OpenAI) -> None:
    content = bytes(range(256)) * 5000
    made = client.files.create(file=("lines.jsonl", content), purpose="batch")
    assert (made.filename, made.bytes, made.purpose) == ("lines.jsonl", len(content), "batch")
    assert client.files.retrieve(made.id) == made
    assert client.files.content(made.id).read() == content
    assert client.files.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError, match="No such File"):
        client.files.retrieve(made.id)


def test_files_are_listed_by_pages_newest_first(client: openai.OpenAI) -> None:
    made = [client.files.create(file=(f"{n}", b"x"), purpose="batch").id for n in range(5)]
    assert [file.id for file in client.files.list(limit=2)] == made[::-1]
    assert [file.id for file in client.files.list(limit=2).data] == made[:2:-1]
    assert [file.id for file in client.files.list(order="asc")] == made
    assert not list(client.files.list(purpose="vision"))


def test_the_order_of_the_fields_does_not_matter(running) -> None:
    raw, _ = running
    parts = (
        '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\nabc\r\n'
        '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b--\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    seen = raw.call("POST", "/v1/files", parts.encode(), headers)
    assert (seen.json["bytes"], seen.json["purpose"]) == (3, "batch")


def test_an_upload_in_dribs_is_kept_whole(running) -> None:
    raw, _ = running
    content = bytes(range(256)) * 300
    line = b"--" + b"b" * 32
    parts = (
        line + b'\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        + line + b'\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        + content + b"\r\n" + line + b"--\r\n"
    )  # fmt: skip
    text = parts.index(b"batch")
    cuts = [0, *range(text, text + 9), 60_000, len(parts) - 8, len(parts) - 3, len(parts)]
    dribs = [parts[start:end] for start, end in pairwise(cuts)]
    kind = f"multipart/form-data; boundary={'b' * 32}"
    headers = {"Content-Type": kind, "Content-Length": str(len(parts))}
    made = raw.call("POST", "/v1/files", slowly(dribs), headers).json
    assert made["bytes"] == len(content)
    assert raw.call("GET", f"/v1/files/{made['id']}/content").content == content


def slowly(dribs: list[bytes]) -> Iterator[bytes]:
    """Give each of ``dribs`` when the one before has arrived."""
    for drib in dribs:
        yield drib
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("parts", "kind", "said"),
    [
        ("{}", "application/json", "multipart"),
        ('name="purpose"\r\n\r\nbatch', "multipart/form-data; boundary=b", "'file' is a required"),
        ('name="file"; filename="a"\r\n\r\nx', "multipart/form-data; boundary=b", "purpose"),
    ],
)
def test_an_upload_that_lacks_something_is_refused(running, parts, kind, said) -> None:
    raw, _ = running
    content = f"--b\r\nContent-Disposition: form-data; {parts}\r\n--b--\r\n".encode()
    seen = raw.call("POST", "/v1/files", content, {"Content-Type": kind})
    assert seen.status == 400
    assert said in seen.error["message"]
    assert raw.call("GET", "/v1/files").json["data"] == []


def test_a_file_that_is_too_large_is_refused_and_not_kept() -> None:
    with endpoint(Options(batching=Batching(most_bytes=1000))) as (_, served):
        client = openai.OpenAI(base_url=served.url, api_key="k", max_retries=0)
        with client, pytest.raises(openai.APIStatusError, match="larger than 1000") as caught:
            client.files.create(file=("a", bytes(1001)), purpose="batch")
        assert caught.value.status_code == 413


def test_an_upload_may_be_done_and_its_answer_lost() -> None:
    with endpoint(Options(faults=Faults(other_reset=1.0))) as (_, served):
        client = openai.OpenAI(base_url=served.url, api_key="k", max_retries=0)
        with client, pytest.raises(openai.APIConnectionError):
            client.files.create(file=("a", b"x"), purpose="batch")


@pytest.mark.parametrize(
    ("fault", "kept"), [("reset_billed", 1), ("reset_unbilled", 0), ("status=503", 0)]
)
def test_one_upload_may_go_wrong(client: openai.OpenAI, fault: str, kept: int) -> None:
    with pytest.raises(openai.APIError):
        client.files.create(file=("a", b"x"), purpose="batch", extra_headers={"x-fault": fault})
    assert len(client.files.list().data) == kept
