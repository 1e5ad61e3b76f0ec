"""Where a person is led back to: an address of ours, whatever the request says."""

from urllib.parse import urlsplit

START = "/"
LENGTH_MAX = 2000
# What a sign-in remembers is kept in a row, and pages have short addresses.
NEXT_LENGTH_MAX = 500
# Coming back to these after signing in would lead round in a circle, or to no page at all.
_NEVER = ("/signin", "/signout", "/dev/", "/graphql", "/static/")


def safe_next(text: str | None) -> str:
    """The page somebody asked for before he signed in; else the start page."""
    path = safe_path(text)
    return START if len(path) > NEXT_LENGTH_MAX or path.startswith(_NEVER) else path


def safe_path(text: str | None) -> str:
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
    return START if parts.scheme or parts.netloc or " " in text else text
