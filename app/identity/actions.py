"""Signing in and out, tokens, and who people are.

What anybody can do before he is known (start a sign-in, come back from it) is no verb: strangers
must not be able to
grow the audit log. The rest is."""

from datetime import timedelta

import msgspec

from app import clock, database
from app.actor import Actor
from app.errors import AfterloanError, Forbidden
from app.identity import attempt as attempts
from app.identity import queries
from app.identity.attempt import Attempt
from app.identity.errors import (
    AccountClosed,
    AttemptExpired,
    AttemptOfOtherBrowser,
    AttemptUnknown,
    AttemptUsed,
    ClientNameInvalid,
    PreferenceUnknown,
    ScopeMissing,
    TokenLifetimeInvalid,
    TokenRevoked,
    TooManySignIns,
)
from app.identity.locks import (
    LockedToken,
    LockedUser,
    lock_own_session,
    lock_token,
    lock_user,
)
from app.identity.oidc import Begun, Identity
from app.identity.order import (
    CLIENT_NAME_LENGTH_MAX,
    AdmittedUser,
    AdmitUser,
    BarUser,
    EndedSessions,
    EndSession,
    IssuedToken,
    IssueToken,
    OpenedSession,
    OpenSession,
    Prefer,
    Preferred,
    RevokedToken,
    RevokeToken,
    SeededStaff,
    SeedStaff,
)
from app.identity.provider import people
from app.identity.scope import Scope, checked_scopes
from app.identity.service_token import hash_of, new_service_token
from app.identity.session import (
    SEEN_EVERY,
    SignedIn,
    is_choice,
    new_token,
    person,
    seal_id_token,
    token_hash,
)
from app.permission import Permission, Role
from app.settings import settings
from app.unit_of_work import unit_of_work
from app.verb import Work, verb

TOKEN_DAYS_MAX = 366
# `used_at` of a token is written at most this often.
USED_EVERY = timedelta(minutes=1)
# An expired session's row stays this long, for who asks why he was signed out.
SESSIONS_KEPT = timedelta(days=30)
_PURGED_AT_ONCE = 500


async def begin_attempt(begun: Begun, *, browser: str, address: str, next_path: str) -> None:
    """Remembers a tab that is sent to the provider. Also takes away those that never came back."""
    now = clock.now()
    hashes = attempts.browser_hash(browser), attempts.address_hash(address)
    async with unit_of_work():
        await database.execute(
            "DELETE FROM sign_in_attempt WHERE state_hash IN (SELECT state_hash"
            " FROM sign_in_attempt WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
            now, _PURGED_AT_ONCE,
        )  # fmt: skip
        counts = await database.row(
            "SELECT count(*) FILTER (WHERE browser_hash = $1) AS of_browser, count(*) AS of_both"
            " FROM sign_in_attempt WHERE browser_hash = $1 OR address_hash = $2",
            *hashes,
        )
        assert counts is not None
        if (
            counts["of_browser"] >= attempts.PER_BROWSER_MAX
            or counts["of_both"] >= attempts.PER_ADDRESS_MAX
        ):
            raise TooManySignIns(seconds=int(attempts.LIFETIME.total_seconds()))
        await database.execute(
            "INSERT INTO sign_in_attempt (state_hash, browser_hash, address_hash, nonce,"
            " code_verifier, next_path, created_at, expires_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            attempts.state_hash(begun.state), *hashes, begun.nonce, begun.verifier, next_path,
            now, now + attempts.LIFETIME,
        )  # fmt: skip


async def take_attempt(state: str, *, browser: str) -> Attempt:
    """Good once, in the browser that began it; used up even when what follows is refused."""
    key, now = attempts.state_hash(state), clock.now()
    async with unit_of_work():
        found = await database.row(
            "SELECT browser_hash, nonce, code_verifier, next_path, expires_at, used_at"
            " FROM sign_in_attempt WHERE state_hash = $1 FOR UPDATE",
            key,
        )
        if found is None:
            raise AttemptUnknown
        if not attempts.same(found["browser_hash"], attempts.browser_hash(browser)):
            raise AttemptOfOtherBrowser
        if found["used_at"] is not None:
            raise AttemptUsed
        if found["expires_at"] <= now:
            raise AttemptExpired
        await database.execute(
            "UPDATE sign_in_attempt SET used_at = $2 WHERE state_hash = $1", key, now
        )
    return Attempt(
        nonce=found["nonce"], code_verifier=found["code_verifier"], next_path=found["next_path"]
    )


async def sign_in(
    identity: Identity, *, roles: list[Role], team: str, user_agent: str, replaces: str
) -> OpenedSession:
    """Makes the person known as the provider describes him now, and opens a session with a new
    token.

    `replaces` is the session token the browser held before, if any; it ends."""
    async with unit_of_work():
        user = await _remember(identity, roles, team)
        actor = person(id=user.id, name=user.name, roles=frozenset(roles))
        opened = (await open_session(actor, OpenSession(user_id=user.id, roles=roles))).result
        id_hash = token_hash(opened.token)
        await database.execute(
            "UPDATE session SET id_token = $2, issuer_session = $3, user_agent = $4"
            " WHERE id_hash = $1",
            id_hash, bytes(seal_id_token(identity.id_token, id_hash)),
            identity.provider_session, user_agent,
        )  # fmt: skip
        if replaces:
            await database.execute(
                "UPDATE session SET ended_at = $2, id_token = NULL"
                " WHERE id_hash = $1 AND ended_at IS NULL",
                token_hash(replaces), clock.now(),
            )  # fmt: skip
        await _forget_old_sessions()
    return opened


async def see(session: SignedIn) -> None:
    """Keeps an active session from falling asleep; most calls write nothing."""
    now = clock.now()
    if now - session.seen_at < SEEN_EVERY:
        return
    await database.execute(
        "UPDATE session SET seen_at = $2 WHERE id_hash = $1 AND seen_at <= $3",
        session.id_hash, now, now - SEEN_EVERY,
    )  # fmt: skip


async def mark_used(token: queries.StoredToken) -> None:
    now = clock.now()
    if token.used_at is not None and now - token.used_at < USED_EVERY:
        return
    await database.execute("UPDATE service_token SET used_at = $2 WHERE id = $1", token.id, now)


def _may_open(actor: Actor, user: LockedUser, order: OpenSession) -> AfterloanError | None:
    if order.user_id != actor.id:
        return Forbidden(permission=Permission.SESSION_OWN.value)
    return AccountClosed() if user.is_barred else None


@verb("session.open", permission=Permission.SESSION_OWN, lock=lock_user, check=_may_open)
async def open_session(work: Work, user: LockedUser, order: OpenSession) -> OpenedSession:
    token = new_token()
    expires_at = work.now + settings().session_absolute
    await database.execute(
        "INSERT INTO session (id_hash, user_id, issuer_session, user_agent, created_at, seen_at,"
        " expires_at) VALUES ($1, $2, '', '', $3, $3, $4)",
        token_hash(token), user.id, work.now, expires_at,
    )  # fmt: skip
    return OpenedSession(token=token, expires_at=expires_at)


@verb("session.end", permission=Permission.SESSION_OWN, lock=lock_own_session)
async def end_session(work: Work, id_hash: str, order: EndSession) -> EndedSessions:
    count = await database.execute(
        "UPDATE session SET ended_at = $2, id_token = NULL WHERE id_hash = $1", id_hash, work.now
    )
    return EndedSessions(count=count)


def _not_oneself(actor: Actor, user: LockedUser, order: BarUser) -> AfterloanError | None:
    # The last administrator would lock the door from outside.
    return Forbidden(permission=Permission.USER_MANAGE.value) if actor.id == user.id else None


@verb("user.bar", permission=Permission.USER_MANAGE, lock=lock_user, check=_not_oneself)
async def bar_user(work: Work, user: LockedUser, order: BarUser) -> EndedSessions:
    """Signs the person out everywhere at once, and keeps him out whatever the provider says."""
    await database.execute(
        "UPDATE user_account SET barred_at = $2 WHERE id = $1 AND barred_at IS NULL",
        user.id, work.now,
    )  # fmt: skip
    count = await database.execute(
        "UPDATE session SET ended_at = $2, id_token = NULL"
        " WHERE user_id = $1 AND ended_at IS NULL",
        user.id, work.now,
    )  # fmt: skip
    return EndedSessions(count=count)


@verb("user.admit", permission=Permission.USER_MANAGE, lock=lock_user)
async def admit_user(work: Work, user: LockedUser, order: AdmitUser) -> AdmittedUser:
    await database.execute("UPDATE user_account SET barred_at = NULL WHERE id = $1", user.id)
    return AdmittedUser(user_id=user.id)


def _is_choice(actor: Actor, subject: None, order: Prefer) -> AfterloanError | None:
    return None if is_choice(order.field, order.choice) else PreferenceUnknown()


@verb("user.prefer", permission=Permission.SESSION_OWN, check=_is_choice)
async def prefer(work: Work, subject: None, order: Prefer) -> Preferred:
    assert order.field in {"language", "theme", "density"}, "checked: it is a column's name"
    await database.execute(
        f"UPDATE user_account SET {order.field} = $2 WHERE id = $1", work.actor.id, order.choice
    )
    return Preferred(field=order.field, choice=order.choice)


def _may_issue(actor: Actor, subject: None, order: IssueToken) -> AfterloanError | None:
    name = order.client.strip()
    if not name or not name.isprintable():
        return ClientNameInvalid(length_max=CLIENT_NAME_LENGTH_MAX)
    if not order.scopes:
        return ScopeMissing(known=", ".join(Scope))
    if not 1 <= order.days <= TOKEN_DAYS_MAX:
        return TokenLifetimeInvalid(days_max=TOKEN_DAYS_MAX)
    try:
        checked_scopes(order.scopes)
    except AfterloanError as unknown:
        return unknown
    return None


@verb("token.issue", permission=Permission.TOKEN_MANAGE, check=_may_issue)
async def issue_token(work: Work, subject: None, order: IssueToken) -> IssuedToken:
    id = await database.value("SELECT nextval(pg_get_serial_sequence('service_token', 'id'))")
    token, scopes = new_service_token(id), checked_scopes(order.scopes)
    expires_at = work.now + timedelta(days=order.days)
    await database.execute(
        "INSERT INTO service_token (id, client, token_hash, scopes, created_at, created_by,"
        " expires_at) VALUES ($1, $2, $3, $4::jsonb, $5, $6, $7)",
        id, order.client.strip(), hash_of(token), _json(scopes), work.now,
        work.actor.name[:160], expires_at,
    )  # fmt: skip
    work.note(token_id=id)
    return IssuedToken(id=id, token=token, scopes=scopes, expires_at=expires_at)


def _not_revoked(actor: Actor, token: LockedToken, order: RevokeToken) -> AfterloanError | None:
    return TokenRevoked() if token.is_revoked else None


@verb("token.revoke", permission=Permission.TOKEN_MANAGE, lock=lock_token, check=_not_revoked)
async def revoke_token(work: Work, token: LockedToken, order: RevokeToken) -> RevokedToken:
    await database.execute(
        "UPDATE service_token SET revoked_at = $2 WHERE id = $1", token.id, work.now
    )
    return RevokedToken(token_id=token.id, client=token.client)


@verb("staff.seed", permission=Permission.USER_MANAGE)
async def seed_staff(work: Work, subject: None, order: SeedStaff) -> SeededStaff:
    """Can be said again: at another address the same people move there with their cases."""
    await database.execute(
        "INSERT INTO branch (code, name) SELECT * FROM unnest($1::text[], $2::text[])"
        " ON CONFLICT (code) DO NOTHING",
        [branch.code for branch in people.BRANCHES],
        [branch.name for branch in people.BRANCHES],
    )
    await database.execute(
        "INSERT INTO team (branch_id, code, name) SELECT b.id, t.code, t.name"
        " FROM unnest($1::text[], $2::text[], $3::text[]) AS t (branch, code, name)"
        " JOIN branch b ON b.code = t.branch ON CONFLICT (code) DO NOTHING",
        [team.branch for team in people.TEAMS],
        [team.code for team in people.TEAMS],
        [team.name for team in people.TEAMS],
    )
    await _move_to(order.issuer)
    count = await database.execute(
        "INSERT INTO user_account (issuer, subject, name, email, roles, branch_id, team_id,"
        " language, theme, density, created_at)"
        " SELECT $1, p.subject, p.name, p.email, jsonb_build_array(p.role), b.id, t.id, '', 'auto',"
        " 'cosy', $2 FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[],"
        " $8::text[]) AS p (subject, name, email, role, branch, team)"
        " JOIN branch b ON b.code = p.branch LEFT JOIN team t ON t.code = p.team"
        " ON CONFLICT (issuer, subject) DO NOTHING",
        order.issuer, work.now, *_columns_of_staff(),
    )  # fmt: skip
    return SeededStaff(people=count)


async def _move_to(issuer: str) -> None:
    """The provider's address has the port in it; with another port it is another issuer."""
    await database.execute(
        "UPDATE user_account u SET issuer = $1 WHERE u.issuer <> $1 AND u.issuer LIKE $2"
        " AND NOT EXISTS (SELECT 1 FROM user_account o WHERE o.issuer = $1"
        " AND o.subject = u.subject)",
        issuer, "http://%" + people.ISSUER_PATH,
    )  # fmt: skip


def _columns_of_staff() -> list[list[str]]:
    rows = [
        (
            someone.subject, someone.name, someone.email, someone.role.value,
            people.branch_code(someone), people.team_code(someone),
        )
        for someone in people.EVERYBODY
    ]  # fmt: skip
    return [list(column) for column in zip(*rows, strict=True)]


async def _remember(identity: Identity, roles: list[Role], team: str) -> LockedUser:
    """(issuer, subject) is the person. His team is the provider's to say if it names one we know,
    else ours."""
    place = await queries.team_by_code(team) if team else None
    found = await database.row(
        "INSERT INTO user_account (issuer, subject, name, email, roles, branch_id, team_id,"
        " language, theme, density, created_at, signed_in_at)"
        " VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, '', 'auto', 'cosy', $8, $8)"
        " ON CONFLICT (issuer, subject) DO UPDATE SET name = excluded.name,"
        " email = excluded.email, roles = excluded.roles, signed_in_at = excluded.signed_in_at,"
        " team_id = COALESCE(excluded.team_id, user_account.team_id),"
        " branch_id = COALESCE(excluded.branch_id, user_account.branch_id)"
        " RETURNING id, name, barred_at IS NOT NULL AS is_barred",
        identity.issuer, identity.subject, identity.name, identity.email[:254], _json(roles),
        place["branch_id"] if place else None, place["id"] if place else None, clock.now(),
    )  # fmt: skip
    assert found is not None
    return LockedUser(**found)


async def _forget_old_sessions() -> None:
    """The audit log keeps who signed in when; the rows are of no more use."""
    await database.execute(
        "DELETE FROM session WHERE id_hash IN (SELECT id_hash FROM session"
        " WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
        clock.now() - SESSIONS_KEPT, _PURGED_AT_ONCE,
    )  # fmt: skip


def _json(values: list[str] | list[Role]) -> str:
    return msgspec.json.encode(values).decode()
