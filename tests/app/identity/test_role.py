import pytest

from app.identity.role import RoleMapInvalid, read_role_map, roles_of, words_of
from app.permission import Role

OURS = read_role_map("")


def test_without_a_map_our_own_words_are_used() -> None:
    claims = {"roles": ["administrator", "collector", "Collector", "root"]}
    assert roles_of(claims, claim="roles", role_map=OURS) == [Role.collector, Role.administrator]


def test_with_a_map_only_its_words_count() -> None:
    role_map = read_role_map("Inkasso = collector, risk=risk_officer,")
    claims = {"groups": ["Inkasso", "collector", "risk"]}
    assert roles_of(claims, claim="groups", role_map=role_map) == [
        Role.collector,
        Role.risk_officer,
    ]


def test_directory_names_may_have_commas() -> None:
    role_map = read_role_map("CN=Leads,OU=Groups=lead; CN=Risk,OU=Groups=risk_officer")
    claims = {"groups": ["CN=Leads,OU=Groups"]}
    assert roles_of(claims, claim="groups", role_map=role_map) == [Role.lead]


def test_two_words_for_one_role_give_it_once() -> None:
    role_map = read_role_map("a=lead,b=lead")
    assert roles_of({"roles": ["a", "b"]}, claim="roles", role_map=role_map) == [Role.lead]


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({}, []),
        ({"realm_access": {"roles": ["lead"]}}, ["lead"]),
        ({"realm_access.roles": ["lead"]}, ["lead"]),
        ({"realm_access": ["lead"]}, []),
        ({"realm_access": {"roles": "lead"}}, ["lead"]),
        ({"realm_access": {"roles": [1, None, "lead", ["x"]]}}, ["lead"]),
        ({"realm_access": {"roles": {"lead": True}}}, []),
        ({"realm_access": None}, []),
    ],
)
def test_a_dotted_claim_leads_inside(claims: dict[str, object], words: list[str]) -> None:
    assert words_of(claims, "realm_access.roles") == words


@pytest.mark.parametrize("text", ["collector", "a=boss", "=lead", "a=lead,b"])
def test_a_mistaken_map_is_told(text: str) -> None:
    with pytest.raises(RoleMapInvalid) as told:
        read_role_map(text)
    assert told.value.facts["part"] in text
