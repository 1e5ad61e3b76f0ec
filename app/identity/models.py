from typing import ClassVar

from tortoise import fields
from tortoise.models import Model

from app.place import Place


class Branch(Model):
    place: ClassVar = Place.shared

    id = fields.BigIntField(primary_key=True)
    code = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=120)

    class Meta:
        table = "branch"


class Team(Model):
    place: ClassVar = Place.shared

    id = fields.BigIntField(primary_key=True)
    branch: fields.ForeignKeyRelation[Branch] = fields.ForeignKeyField(
        "app.Branch", related_name="teams", on_delete=fields.RESTRICT
    )
    code = fields.CharField(max_length=40, unique=True)
    name = fields.CharField(max_length=120)

    class Meta:
        table = "team"


class User(Model):
    """A person, known by issuer and subject: two people may share an e-mail address, never these
    two."""

    place: ClassVar = Place.shared

    id = fields.BigIntField(primary_key=True)
    issuer = fields.CharField(max_length=300)
    subject = fields.CharField(max_length=300)
    name = fields.CharField(max_length=120)
    email = fields.CharField(max_length=254, default="")
    # As the issuer said at the last sign-in.
    roles: list[str] = fields.JSONField(default=list)
    branch: fields.ForeignKeyNullableRelation[Branch] = fields.ForeignKeyField(
        "app.Branch", related_name="users", null=True, on_delete=fields.RESTRICT
    )
    team: fields.ForeignKeyNullableRelation[Team] = fields.ForeignKeyField(
        "app.Team", related_name="users", null=True, on_delete=fields.RESTRICT
    )
    # Empty: follow the browser.
    language = fields.CharField(max_length=10, default="")
    theme = fields.CharField(max_length=10, default="auto")
    density = fields.CharField(max_length=10, default="cosy")
    created_at = fields.DatetimeField(auto_now_add=True)
    signed_in_at = fields.DatetimeField(null=True)
    barred_at = fields.DatetimeField(null=True)

    class Meta:
        table = "user_account"
        unique_together = (("issuer", "subject"),)


class Session(Model):
    """A signed-in browser. Its cookie holds a random id of which only the hash is kept here."""

    place: ClassVar = Place.local

    id_hash = fields.CharField(max_length=64, primary_key=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "app.User", related_name="sessions", on_delete=fields.RESTRICT
    )
    # For the issuer's own sign-out page; encrypted like personal data, it names the person.
    id_token = fields.BinaryField(null=True)
    issuer_session = fields.CharField(max_length=300, default="")
    user_agent = fields.CharField(max_length=200, default="")
    created_at = fields.DatetimeField()
    seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "session"


class SignInAttempt(Model):
    """One tab on its way through the issuer. Its own row, so that two tabs do not disturb each
    other."""

    place: ClassVar = Place.local

    state_hash = fields.CharField(max_length=64, primary_key=True)
    browser_hash = fields.CharField(max_length=64)
    # Keyed, so that the table does not tell who sat where.
    address_hash = fields.BinaryField()
    nonce = fields.CharField(max_length=64)
    code_verifier = fields.CharField(max_length=128)
    next_path = fields.CharField(max_length=500, default="/")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in_attempt"


class ServiceToken(Model):
    """An integrator's bearer token. Printed once when made; only its hash is kept."""

    place: ClassVar = Place.local

    id = fields.BigIntField(primary_key=True)
    client = fields.CharField(max_length=120)
    token_hash = fields.CharField(max_length=64)
    scopes: list[str] = fields.JSONField(default=list)
    created_at = fields.DatetimeField()
    created_by = fields.CharField(max_length=160)
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "service_token"
