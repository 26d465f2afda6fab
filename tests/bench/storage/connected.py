"""A real S3 server and a proxy that counts, with the settings of this process leading there."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory

from schemas.settings import settings
from tests.fixtures.buckets import OFFLINE
from tests.fixtures.proxy import Proxy, proxying
from tests.fixtures.s3 import KEY, SECRET, Server, serving_s3

BUCKET = "bench"


@dataclass(frozen=True)
class Connected:
    """The server, and the proxy before it."""

    server: Server
    proxy: Proxy

    def lead(self, url: str) -> None:
        """Let the settings lead to ``url``: the server's, or the proxy's."""
        os.environ["RS_GPT4V_S3_ENDPOINT_URL"] = url
        settings.cache_clear()


@contextmanager
def connected() -> Iterator[Connected]:
    """Run both for the length of the block, with one bucket."""
    secrets = {"RS_GPT4V_S3_ACCESS_KEY_ID": KEY, "RS_GPT4V_S3_SECRET_ACCESS_KEY": SECRET}
    with (
        TemporaryDirectory(prefix="rs-gpt4v-state-", ignore_cleanup_errors=True) as state,
        serving_s3() as server,
        proxying(server.port) as proxy,
    ):
        os.environ.update(OFFLINE | secrets | {"RS_GPT4V_STATE_FOLDER": state})
        server.call("create_bucket", Bucket=BUCKET)
        found = Connected(server, proxy)
        found.lead(server.url)
        yield found
