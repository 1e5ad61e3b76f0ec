"""What the operator decides outside the product: where engines live, who signs in, how mail leaves.

What the business decides (cut-off time, bucket edges, reminder days) is in `app.setting`."""

from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(StrEnum):
    development = "development"
    production = "production"


class Settings(BaseSettings):
    """Read from the environment once; every name starts with `AFTERLOAN_` but the two everybody
    knows."""

    model_config = SettingsConfigDict(
        env_prefix="AFTERLOAN_", extra="ignore", populate_by_name=True
    )

    home: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    environment: Environment = Environment.development
    log_level: str = "INFO"
    # Host names we answer to besides the one of the public address, separated by commas.
    trusted_hosts: str = ""
    # A proxy that overwrites X-Forwarded-*; empty: trust none.
    trusted_proxies: str = ""

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    database_replica_url: SecretStr | None = Field(
        default=None, validation_alias="DATABASE_REPLICA_URL"
    )
    redis_url: SecretStr | None = Field(default=None, validation_alias="REDIS_URL")
    database_pool_max: int = 10
    database_command_timeout: timedelta = timedelta(seconds=10)

    # A job that gives no sign of life for so long is handed to another worker.
    outbox_hand_again: timedelta = timedelta(seconds=60)

    oidc_issuer: str = ""
    oidc_client_id: str = "afterloan"
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_scopes: str = "openid profile email"
    oidc_role_claim: str = "roles"
    # "claim value=role, …"; empty: the claim's values are our role names.
    oidc_role_map: str = ""
    # The claim that names a person's team by its code; a person whose team we do not know has none.
    oidc_team_claim: str = "team"
    # The audience that JWT access tokens of the issuer must carry; empty: the public address.
    api_audience: str = ""

    smtp_url: SecretStr = SecretStr("")
    mail_from: str = "Afterloan <no-reply@localhost>"

    # 32 bytes in base64 each; "id:key, id:key" while keys are being rotated, newest first.
    personal_keys: SecretStr = SecretStr("")
    personal_index_key: SecretStr = SecretStr("")
    cookie_key: SecretStr = SecretStr("")

    session_idle: timedelta = timedelta(hours=2)
    session_absolute: timedelta = timedelta(hours=12)
    graphiql: bool | None = Field(
        default=None, validation_alias=AliasChoices("AFTERLOAN_GRAPHIQL", "graphiql")
    )

    @property
    def is_development(self) -> bool:
        return self.environment is Environment.development

    @property
    def base_url(self) -> str:
        """The address people reach us at, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


@cache
def settings() -> Settings:
    return Settings()
