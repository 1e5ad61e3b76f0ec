import pytest

from app.actor import Actor, ActorKind
from app.errors import Forbidden
from app.permission import Permission, Role, RowScope
from tests.factories import client_of


def of(*roles: Role) -> Actor:
    return Actor.of_roles(frozenset(roles), id=1, name="Ada Lovelace")


def test_our_own_jobs_may_do_everything_under_their_name() -> None:
    job = Actor.system("close")
    assert (job.kind, job.id, job.name) == (ActorKind.system, 0, "close")
    assert all(job.may(permission) for permission in Permission)
    assert job.row_scope is RowScope.all


def test_several_roles_add_up() -> None:
    both = of(Role.collector, Role.management)
    assert both.permissions == of(Role.collector).permissions | of(Role.management).permissions
    assert (of(Role.collector).row_scope, both.row_scope) == (RowScope.team, RowScope.all)


def test_without_a_role_nothing_is_allowed() -> None:
    nobody = of()
    assert nobody.permissions == frozenset()
    assert nobody.row_scope is RowScope.own


def test_a_program_may_what_its_token_says() -> None:
    program = client_of(Permission.LOAN_READ)
    assert program.may(Permission.LOAN_READ)
    assert not program.may(Permission.PAYMENT_POST)


def test_a_missing_permission_is_named() -> None:
    of(Role.credit_manager).require(Permission.PAYMENT_POST)
    with pytest.raises(Forbidden) as met:
        of(Role.collector).require(Permission.PAYMENT_POST)
    assert met.value.facts == {"permission": "payment.post"}
    assert "“payment.post”" in met.value.render_mend("en")
    assert "payment.post" in met.value.render_mend("zh-CN")


def test_an_actor_cannot_be_changed_on_the_way() -> None:
    with pytest.raises(AttributeError):
        of().permissions = frozenset(Permission)  # type: ignore[misc]
