"""Whatever is sent, the answer is a coded refusal: never a 500, never a word of an exception."""

import pytest

from app import database
from tests.factories import set_business_date
from tests.graphql.client import ALL_SCOPES, Api, integrator
from tests.graphql.hostile import Probe, probes

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize("probe", list(probes()), ids=lambda probe: probe.name)
async def test_a_hostile_request_is_refused_by_code(probe: Probe) -> None:
    await set_business_date()
    response = await Api(integrator(*ALL_SCOPES)).post(probe.body, probe.headers)

    assert response.status_code < 500
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == probe.code
    assert len(error["message"]) <= 300
    assert len(response.content) < 2000
    assert await database.value("SELECT count(*) FROM audit_entry") == 0
