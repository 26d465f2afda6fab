"""Planted in the root: no way in, wrong keys, no bucket, no conditional writes."""

from schemas.settings import settings
from tasks.doctor import check_root
from tasks.storage.store import Store
from tests.fixtures.buckets import connect
from tests.fixtures.proxy import Faults, Proxy
from tests.fixtures.s3 import KEY, SECRET


def odd(root):
    return [one for one in check_root(str(root), settings()) if one.state != "well"]


def test_a_healthy_root_is_well_and_nothing_is_left_in_it(tmp_path, bucket):
    assert odd(tmp_path / "root") == []
    assert odd(bucket.root) == []
    assert [file.path for file in Store(bucket.root)._files.list("")] == []


def test_a_file_in_the_way_of_the_root_is_found(tmp_path):
    (tmp_path / "file").write_text("in the way")
    [found] = odd(tmp_path / "file")
    assert found.state == "wrong"
    assert "a file is in the way of a folder" in found.found
    assert found.remedy == "Choose another --root."


def test_a_protocol_that_nothing_here_speaks_is_found():
    [found] = odd("nowhere://root")
    assert found.state == "wrong"
    assert "Cannot open root nowhere://root" in found.found
    assert found.remedy


def test_a_wrong_secret_key_is_found(bucket, monkeypatch):
    connect(monkeypatch, bucket.server.url, secret="wrong")
    [found] = odd(bucket.root)
    assert found.state == "wrong"
    assert "does not accept the secret key" in found.found
    assert "AWS_SECRET_ACCESS_KEY" in found.remedy


def test_a_bucket_that_is_not_there_is_found(bucket):
    [found] = odd("s3://nobody-made-it/root")
    assert found.state == "wrong"
    assert "there is no such bucket" in found.found
    assert found.remedy == "Make it, or name another --root."


def test_a_store_without_conditional_writes_is_found(bucket, proxy: Proxy, monkeypatch):
    proxy.set(Faults(deaf=(KEY, SECRET)))
    [found] = odd(bucket.root)
    assert (found.state, found.subject) == ("wrong", "conditional writes")
    assert "ignores If-None-Match" in found.found
    assert "RS_GPT4V_CONDITIONAL_WRITES=lease" in found.remedy
    monkeypatch.setenv("RS_GPT4V_CONDITIONAL_WRITES", "lease")
    settings.cache_clear()
    [found] = odd(bucket.root)
    assert found.state == "doubtful"
