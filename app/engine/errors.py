"""Why an engine cannot run here. Each says what to do about it."""

import logging

from app.errors import Unavailable
from app.i18n import N_


class EngineError(Unavailable):
    code = "ENGINE"
    log_level = logging.ERROR


class NoPostgres(EngineError):
    code = "NO_POSTGRES"
    text = N_("There is no PostgreSQL for this machine ({platform}) among our packages.")
    mend = N_("Start a PostgreSQL 15 or newer yourself and name it in DATABASE_URL.")


class NoRedis(EngineError):
    code = "NO_REDIS"
    text = N_("No Redis was found on this machine ({platform}).")
    mend = N_(
        "Install redis-server or valkey-server with the system's package manager, "
        "or name a running one in REDIS_URL. The last attempt said: {reason}"
    )


class HomeUnusable(EngineError):
    code = "HOME_UNUSABLE"
    text = N_("The folder {folder} cannot be used: {reason}.")
    mend = N_("Give it to the user who runs Afterloan, or name another folder in AFTERLOAN_HOME.")


class HomeTaken(EngineError):
    code = "HOME_TAKEN"
    text = N_("Another Afterloan ({holder}) is already running on the folder {folder}.")
    mend = N_("End that one, or name another folder in AFTERLOAN_HOME and another AFTERLOAN_PORT.")


class PortTaken(EngineError):
    code = "PORT_TAKEN"
    text = N_("Port {port} on {host} is taken by another program.")
    mend = N_("End that program, or name a free port in AFTERLOAN_PORT.")


class AddressUnusable(EngineError):
    code = "ADDRESS_UNUSABLE"
    text = N_("The address {host}:{port} cannot be used: {reason}.")
    mend = N_(
        "Name an address of this machine in AFTERLOAN_HOST and a free port in AFTERLOAN_PORT."
    )


class NoUnprivilegedUser(EngineError):
    code = "NO_UNPRIVILEGED_USER"
    text = N_("PostgreSQL does not run as root, and this machine has no user “nobody”.")
    mend = N_("Start Afterloan as an ordinary user, or name a running server in DATABASE_URL.")


class DataOfAnotherVersion(EngineError):
    code = "DATA_OF_ANOTHER_VERSION"
    text = N_("The data in {folder} was written by PostgreSQL {found}; ours is {wanted}.")
    mend = N_("Dump it with the old version and restore it into a new AFTERLOAN_HOME.")


class SecretLost(EngineError):
    code = "SECRET_LOST"
    text = N_("There is a database in {folder}, but its password is gone from {home}.")
    mend = N_("Put the file {name} back from a backup, or move the database away to begin anew.")


class EngineFailed(EngineError):
    code = "ENGINE_FAILED"
    text = N_("{engine} did not start. The end of its log ({log}):\n{tail}")
    mend = N_("Mend what the log names; `afterloan doctor` looks at the rest.")


class NoNode(EngineError):
    code = "NO_NODE"
    text = N_("There is no npm 10 or newer on the PATH, and none could be borrowed:\n{tail}")
    mend = N_("Install Node.js with npm, or make the Python package index reachable.")


class NpmFailed(EngineError):
    code = "NPM_FAILED"
    text = N_("npm could not fetch the packages:\n{tail}")
    mend = N_("Make the npm registry reachable and run the same command again.")


class NoBrowser(EngineError):
    code = "NO_BROWSER"
    text = N_("No browser was found for the journeys.")
    mend = N_("Name one in CHROMIUM, put chromium on the PATH, or run `make test` once.")
