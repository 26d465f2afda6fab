"""Where a person finds a file of a release: a link where a browser sees the root, else its path."""

from schemas.settings import settings
from tasks.storage.releases import release_path


def address_of(root: str, version: str, path: str) -> str | None:
    """Return the address of a file of release ``version`` for a browser.

    None where RS_GPT4V_BROWSE_URL is not set, or ``root`` is not the one that it shows.
    """
    where = settings()
    if where.browse_url is None or root.rstrip("/") != where.root.rstrip("/"):
        return None
    return f"{where.browse_url.rstrip('/')}/{release_path(version, path)}"


def place_of(root: str, version: str, path: str) -> str:
    """Return the same as Markdown: a link, or the path in the root."""
    url = f"{root.rstrip('/')}/{release_path(version, path)}"
    address = address_of(root, version, path) or (url if "://" in url else None)
    return f"[{path}]({address})" if address else f"`{url}`"
