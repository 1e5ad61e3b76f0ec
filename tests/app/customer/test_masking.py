import pytest

from app.actor import Actor, ActorKind
from app.customer.masking import MASKS, PersonalColumn, mask_address, sees_names, shown
from app.permission import Permission, Role

CLEAR = {
    PersonalColumn.name: "林思远",
    PersonalColumn.phone: "13812341234",
    PersonalColumn.email: "siyuan@example.com",
    PersonalColumn.id_number: "33010619900101093X",
    PersonalColumn.address: "杭州市西湖区文三路 123 号 5-2 幢",
}
MASKED = {
    PersonalColumn.name: "林**",
    PersonalColumn.phone: "138****1234",
    PersonalColumn.email: "s***@example.com",
    PersonalColumn.id_number: "**************093X",
    PersonalColumn.address: "杭州市西湖区文三路 *** 号 *** 幢",
}


def person(*roles: Role) -> Actor:
    return Actor.of_roles(frozenset(roles), id=7, name="He Wei")


def client(*permissions: Permission) -> Actor:
    return Actor(kind=ActorKind.client, id=3, name="core", permissions=frozenset(permissions))


@pytest.mark.parametrize("role", [Role.collector, Role.lead, Role.credit_manager, Role.service])
def test_those_who_speak_with_borrowers_see_names_only(role: Role) -> None:
    seen = {column: shown(person(role), column, clear) for column, clear in CLEAR.items()}
    assert seen == {**MASKED, PersonalColumn.name: "林思远"}


@pytest.mark.parametrize("role", [Role.risk_officer, Role.management, Role.administrator])
def test_those_who_look_at_the_book_see_nothing_in_clear(role: Role) -> None:
    assert {column: shown(person(role), column, clear) for column, clear in CLEAR.items()} == MASKED


def test_wider_of_two_roles_counts() -> None:
    assert sees_names(person(Role.management, Role.lead))
    assert not sees_names(person())


def test_client_sees_all_or_nothing_by_its_scope() -> None:
    reader, revealer = client(Permission.CUSTOMER_READ), client(Permission.CUSTOMER_REVEAL)
    assert {column: shown(reader, column, clear) for column, clear in CLEAR.items()} == MASKED
    assert {column: shown(revealer, column, clear) for column, clear in CLEAR.items()} == CLEAR


def test_our_own_jobs_write_letters() -> None:
    assert shown(Actor.system("reminder"), PersonalColumn.email, "a@b.example") == "a@b.example"


@pytest.mark.parametrize("nothing", [None, ""])
def test_what_is_not_there_is_not_masked(nothing: str | None) -> None:
    for column in PersonalColumn:
        assert shown(person(Role.management), column, nothing) == nothing


def test_every_column_has_its_mask() -> None:
    assert set(MASKS) == set(PersonalColumn)


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("12 Main Street, Springfield", "*** Main Street, Springfield"),
        ("西湖区文三路１２３号", "西湖区文三路***号"),
        ("Rose Cottage, Little Snoring", "Rose C***"),
        ("文三路", "文三路***"),
    ],
)
def test_address_loses_its_door(address: str, masked: str) -> None:
    assert mask_address(address) == masked
