"""Where a person goes after signing in: a page of ours that he asked for, or the start page."""

from urllib.parse import urlsplit

START = "/"
LENGTH_MAX = 500
# Coming back to these after signing in would lead round in a circle, or to no page at all.
_NEVER = ("/signin", "/signout", "/dev/", "/graphql", "/static/")


def safe_next(text: str | None) -> str:
    """Only a path below our own address survives; a browser reads `//x`, `/\\x` and `/<tab>/x` as
    another host."""
    if not text or len(text) > LENGTH_MAX or not text.startswith("/"):
        return START
    if text.startswith("//") or "\\" in text or not (text.isascii() and text.isprintable()):
        return START
    try:
        parts = urlsplit(text)
    except ValueError:
        return START
    if parts.scheme or parts.netloc or " " in text or parts.path.startswith(_NEVER):
        return START
    return text
