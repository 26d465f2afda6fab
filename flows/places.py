"""Where a person finds a file of a root: a link where a browser sees the root, else its path."""

from schemas.settings import settings
from tasks.storage.releases import release_path


def address_of(root: str, path: str) -> str | None:
    """Return the address of the file ``path`` below ``root`` for a browser.

    None where RS_GPT4V_BROWSE_URL is not set, or ``root`` is not the one that it shows.
    """
    where = settings()
    if where.browse_url is None or root.rstrip("/") != where.root.rstrip("/"):
        return None
    return f"{where.browse_url.rstrip('/')}/{path}"


def link_to(root: str, path: str, text: str) -> str:
    """Return the same as Markdown: ``text`` as a link, or the full path."""
    url = f"{root.rstrip('/')}/{path}"
    address = address_of(root, path) or (url if "://" in url else None)
    return f"[{text}]({address})" if address else f"`{url}`"


def place_of(root: str, version: str, path: str) -> str:
    """Return the place of a file of release ``version`` as Markdown."""
    return link_to(root, release_path(version, path), path)
