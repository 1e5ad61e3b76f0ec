"""Requests that mean harm, and the code each is refused with. The bench measures the same ones."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

_NOTHING: Mapping[str, str] = MappingProxyType({})
_GOOD = orjson.dumps({"query": "{ __typename }"})


class Probe(NamedTuple):
    name: str
    body: bytes
    code: str
    headers: Mapping[str, str] = _NOTHING


def probes() -> Iterator[Probe]:
    for name, query, code in (*_shapes(), *_crowds(), *_pages(), *_texts()):
        yield Probe(name, orjson.dumps({"query": query}), code)
    yield from _variables()
    yield from _bodies()
    yield from _headers()


def chained_fragments(links: int) -> str:
    """Each fragment spreads the next one twice: 2^links paths in a few hundred bytes."""
    chain = "".join(
        f"fragment f{link} on Query {{ ...f{link + 1} ...f{link + 1} }} " for link in range(links)
    )
    return f"{{ ...f0 }} {chain} fragment f{links} on Query {{ loans {{ nodes {{ id }} }} }}"


def _shapes() -> Iterator[tuple[str, str, str]]:
    cycle = "{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }"
    endless = "{ __schema { types { " + "fields { type { " * 4 + "name" + " } }" * 4 + " } } }"
    yield "chained fragments, 2^22 paths", chained_fragments(22), "TOO_MANY_FIELDS"
    yield "fragments in a circle", cycle, "FRAGMENT_CYCLE"
    yield "deep nesting", _nested(300), "TOO_DEEP"
    yield "nesting just too deep", _nested(5), "TOO_DEEP"
    yield "nested inline fragments", "{" + "... { " * 150 + "a" + " }" * 150 + "}", "TOO_DEEP"
    yield "deep list literal", "{ nodes(ids: " + "[" * 150 + "]" * 150 + ") { id } }", "TOO_DEEP"
    yield "endless introspection", endless, "TOO_MUCH_INTROSPECTION"
    two = "{ __schema { queryType { name } } b: __schema { queryType { name } } }"
    yield "two introspections", two, "TOO_MUCH_INTROSPECTION"
    yield "two operations, no name", "query a { x } query b { y }", "OPERATION_NAME_REQUIRED"
    yield "unknown field", "{ password }", "GRAPHQL_VALIDATION_FAILED"
    yield "no GraphQL", "SELECT 1", "GRAPHQL_PARSE_FAILED"


def _crowds() -> Iterator[tuple[str, str, str]]:
    fragments = "".join(f"fragment f{n} on Query {{ __typename }} " for n in range(51))
    operations = " ".join(f"query q{n} {{ __typename }}" for n in range(11))
    yield "5,000 aliases", _aliases(5000), "TOO_MANY_TOKENS"
    yield "31 aliases", _aliases(31), "TOO_MANY_ALIASES"
    yield "21 root fields", "{ " + "__typename " * 21 + "}", "TOO_MANY_ROOT_FIELDS"
    yield "200,000 same fields", "{" + "a " * 200_000 + "}", "BODY_TOO_LARGE"
    yield "120,000 same fields", "{" + "a " * 120_000 + "}", "TOO_MANY_TOKENS"
    yield "1,900 same fields", "{" + "a " * 1900 + "}", "TOO_MANY_FIELDS"
    yield "51 directives", "{ a " + "@skip(if: false) " * 51 + "}", "TOO_MANY_DIRECTIVES"
    yield "51 fragments", f"{{ ...f0 }} {fragments}", "TOO_MANY_FRAGMENTS"
    yield "11 operations", operations, "TOO_MANY_OPERATIONS"
    ids = ", ".join('"x"' for _ in range(101))
    yield "101 ids", f"{{ nodes(ids: [{ids}]) {{ id }} }}", "TOO_MANY_ITEMS"


def _pages() -> Iterator[tuple[str, str, str]]:
    for size in ("first: 1000000", "first: 0", "last: -1"):
        yield f"page of {size}", f"{{ loans({size}) {{ nodes {{ id }} }} }}", "BAD_PAGE_SIZE"
    digits = "9" * 20_000
    huge = f"{{ loans(first: {digits}) {{ nodes {{ id }} }} }}"
    yield "page size of 20,000 digits", huge, "BAD_NUMBER"
    default = "query ($n: Int = 5000) { loans(first: $n) { nodes { id } } }"
    yield "page size as a default", default, "BAD_PAGE_SIZE"
    costly = "{ loans(first: 100) { nodes { instalments(first: 100) { nodes { id } } } } }"
    yield "costly pages", costly, "TOO_COSTLY"
    yield "forged cursor", '{ loans(after: "Zm9yZ2Vk") { nodes { id } } }', "INVALID_CURSOR"


def _texts() -> Iterator[tuple[str, str, str]]:
    long = "x" * 200_000
    for name, text, code in (
        ("a string of 200,000", long, "TEXT_TOO_LONG"),
        ("NUL in a literal", "\\u0000", "BAD_TEXT"),
        ("half a surrogate pair in a literal", "\\ud800", "GRAPHQL_PARSE_FAILED"),
        ("junk id", "1", "INVALID_ID"),
    ):
        yield name, f'{{ node(id: "{text}") {{ id }} }}', code


def _variables() -> Iterator[Probe]:
    page = "query ($n: Int) { loans(first: $n) { nodes { id } } }"
    several = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    one = "query ($id: ID!) { node(id: $id) { id } }"
    nested: Any = "x"
    for _ in range(200):
        nested = [nested]
    for name, query, variables, code in (
        ("page size as a variable", page, {"n": 10**6}, "BAD_PAGE_SIZE"),
        ("page size 1.0", page, {"n": 1.0}, "BAD_NUMBER"),
        ("5,000 ids as a variable", several, {"ids": ["x"] * 5000}, "TOO_MANY_ITEMS"),
        ("NUL in a variable", one, {"id": "a\0b"}, "BAD_TEXT"),
        ("nested variable", one, {"id": nested}, "TOO_DEEP"),
        ("variable of another type", one, {"id": {"a": 1}}, "BAD_USER_INPUT"),
    ):
        yield Probe(name, orjson.dumps({"query": query, "variables": variables}), code)


def _bodies() -> Iterator[Probe]:
    start = b'{"query":"{ __typename }","variables":'
    for name, body in (
        ("empty body", b""),
        ("null", b"null"),
        ("array", b"[" + _GOOD + b"]"),
        ("string", b'"{ __typename }"'),
        ("bad UTF-8", b'{"query":"\xff\xfe"}'),
        ("UTF-16", '{"query":"{ __typename }"}'.encode("utf-16")),
        ("half a surrogate pair", start + b'{"a":"\\ud800"}}'),
        ("JSON nested 5,000 deep", b"[" * 5000 + b"]" * 5000),
        ("a number of 20,000 digits", start + b'{"a":' + b"9" * 20_000 + b"}}"),
        ("NaN", start + b'{"a":NaN}}'),
        ("variables of text", start + b'"x"}'),
        ("truncated", b'{"query":"{ __typename'),
        ("query of null", b'{"query":null}'),
        ("query of numbers", b'{"query":[1]}'),
    ):
        yield Probe(name, body, "BAD_REQUEST")
    yield Probe("20 MB", b'{"query":"' + b" " * 20_000_000 + b'{ a }"}', "BODY_TOO_LARGE")


def _headers() -> Iterator[Probe]:
    for kind in (
        "text/plain",
        "application/jsonx",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "",
    ):
        yield Probe(
            f"content type {kind!r}", _GOOD, "UNSUPPORTED_MEDIA_TYPE", {"content-type": kind}
        )
    for name, code, headers in (
        ("compressed", "UNSUPPORTED_MEDIA_TYPE", {"content-encoding": "gzip"}),
        ("accepts pictures only", "NOT_ACCEPTABLE", {"accept": "image/png"}),
        ("another token", "TOKEN_REFUSED", {"authorization": "Bearer bad"}),
        ("no bearer token", "UNAUTHENTICATED", {"authorization": "Basic Z29vZA=="}),
        ("a cookie instead", "UNAUTHENTICATED", {"authorization": "", "cookie": "session=good"}),
    ):
        yield Probe(name, _GOOD, code, headers)


def _nested(times: int) -> str:
    return "{" + "loans { nodes { customer { " * times + "id" + " } } }" * times + "}"


def _aliases(count: int) -> str:
    return "{" + " ".join(f"a{number}: __typename" for number in range(count)) + "}"
