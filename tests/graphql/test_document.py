"""Parsed and validated once: the memory hits, and nobody can fill it with junk."""

from typing import Any

import graphql
import pytest

from api.document import Documents, Prepared
from api.schema import ApiSchema
from tests.graphql.client import ALL_SCOPES, Api, integrator

QUERY = "query ($n: Int) { loans(first: $n) { nodes { id } } __typename }"


@pytest.fixture
def served() -> ApiSchema:
    return ApiSchema()


@pytest.fixture
def validations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    done: list[str] = []

    def counted(*arguments: Any, **named: Any) -> Any:
        done.append("validated")
        return graphql.validate(*arguments, **named)

    monkeypatch.setattr("api.document.validate", counted)
    return done


async def test_the_same_text_is_parsed_and_validated_once(
    served: ApiSchema, validations: list[str]
) -> None:
    api = Api(integrator(*ALL_SCOPES), served)
    for _ in range(50):
        assert (await api.data("{ __typename }"))["__typename"] == "Query"
    assert served.documents.hits == 49
    assert len(validations) == 1


async def test_what_is_remembered_is_still_weighed_and_checked_for_scopes(
    served: ApiSchema, validations: list[str]
) -> None:
    """Its variables and its caller are other ones each time."""
    everybody, nobody = Api(integrator(*ALL_SCOPES), served), Api(integrator(), served)
    query = "query ($n: Int) { payments(first: $n) @skip(if: true) { nodes { id } } __typename }"
    assert await everybody.codes(query, {"n": 5}) == []
    assert await everybody.codes(query, {"n": 5000}) == ["BAD_PAGE_SIZE"]
    assert await nobody.codes(query, {"n": 5}) == ["INSUFFICIENT_SCOPE"]
    assert len(validations) == 1


async def test_what_is_refused_is_not_remembered(served: ApiSchema) -> None:
    api = Api(integrator(*ALL_SCOPES), served)
    for number in range(20):
        assert await api.codes(f"{{ unknown{number} }}") == ["GRAPHQL_VALIDATION_FAILED"]
    await api.codes(QUERY, {"n": 5000})
    assert served.documents.tokens == 0


def test_the_memory_is_bounded_by_tokens() -> None:
    documents = Documents(tokens_max=100)
    for number in range(20):
        query = f"{{ a{number} b c d e f g }}"
        prepared = documents.get(query)
        prepared.is_valid = True
        documents.keep(query, prepared)
        assert 0 < documents.tokens <= 100
    assert documents.get("{ a19 b c d e f g }").is_valid
    assert not documents.get("{ a0 b c d e f g }").is_valid


def test_what_was_used_last_stays_longest() -> None:
    documents = Documents(tokens_max=8)
    first, second, third = "{ a }", "{ b }", "{ c }"
    for query in (first, second):
        keep(documents, query)
    documents.get(first)
    keep(documents, third)
    assert documents.get(first).is_valid
    assert not documents.get(second).is_valid


def keep(documents: Documents, query: str) -> None:
    prepared: Prepared = documents.get(query)
    prepared.is_valid = True
    documents.keep(query, prepared)
