"""Which media type an answer has, by the caller's `Accept`."""

from collections.abc import Iterator

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
_ANSWERS = {GRAPHQL: GRAPHQL, JSON: JSON, "application/*": JSON, "*/*": JSON}
# What is longer is no list of media types.
_ACCEPT_LENGTH_MAX = 2000


def negotiated(accept: str | None) -> str | None:
    """The one preferred most, the earlier of equals; None when nothing of ours is accepted."""
    if accept is None or not accept.strip():
        return JSON
    best, best_weight = None, 0.0
    for media_type, weight in _weighed(accept[:_ACCEPT_LENGTH_MAX]):
        answer = _ANSWERS.get(media_type)
        if answer is not None and weight > best_weight:
            best, best_weight = answer, weight
    return best


def accepts_html(accept: str | None) -> bool:
    return any(media_type == "text/html" for media_type, _ in _weighed(accept or ""))


def _weighed(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
        yield media_type, _quality(parameters)


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
