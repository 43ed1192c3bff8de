"""`echoctl`: the command line of Echo."""

from __future__ import annotations

import json
import sys

from cyclopts import App, CycloptsError

from echo import __version__, db
from echo.cli import missing
from echo.cli.texts import not_text
from echo.config.load import ConfigError
from echo.errors import EchoError, Invalid, NotFound

app = App(
    name="echoctl",
    help="Run and look after an Echo server.",
    version=__version__,
    result_action="return_value",
)
# By name, so that a command imports what it needs and not what all of them need.
COMMANDS = {
    "up": ("echo.cli.up:up", "Start Echo with embedded engines, and stay until Ctrl-C."),
    "serve": ("echo.cli.serve:serve", "Answer requests, or serve streams, until SIGTERM."),
    "worker": ("echo.cli.serve:worker", "Do background work until SIGTERM."),
    "reload": (
        "echo.cli.renewals:reload",
        "Put the installed code to work without losing a request.",
    ),
    "backup": ("echo.cli.backup:backup", "Save this server into a folder or a file."),
    "restore": ("echo.cli.backup:restore", "Make a server of a backup."),
    "upgrade": ("echo.cli.upgrade:upgrade", "Look whether this release can take over, and let it."),
    "migrate": ("echo.cli.migrate:migrate_command", "Bring the database to the schema of this release."),
    "doctor": ("echo.cli.doctor:doctor", "Look for what is wrong, and say what to do."),
    "config": ("echo.cli.config:app", "The configuration."),
    "accounts": ("echo.cli.accounts:app", "People of this server."),
    "apps": ("echo.cli.apps:app", "Access for scripts and tests."),
    "instance": ("echo.cli.instance:app", "This server as a whole."),
    "reset": ("echo.cli.instance:reset", "Empty the database and the cache."),
    "seed": ("echo.cli.seed:seed", "Make a small world from a TOML file."),
    "roles": ("echo.cli.roles:app", "What those who work for this server may do."),
    "settings": ("echo.cli.settings:app", "What can be chosen while the server runs."),
    "audit": ("echo.cli.settings:audit", "What was done with the rights of roles."),
    "announcements": ("echo.cli.announcements:app", "What this server tells everybody on it."),
    "emojis": ("echo.cli.emojis:app", "Custom emojis of this server."),
    "reports": ("echo.cli.reports:app", "What was reported to the moderators."),
    "policies": ("echo.cli.policies:app", "Rules for what is said here and what other servers send."),
    "banned-files": ("echo.cli.banned_files:app", "Files that nobody may show here."),
    "webhooks": ("echo.cli.webhooks:app", "Programs that are told what happens here."),
    "held": ("echo.cli.held:app", "What policies hold back until somebody decides."),
    "strikes": ("echo.cli.strikes:app", "What was done to accounts, and appeals against it."),
    "chats": ("echo.cli.chats:app", "Logs of chats, and what follows from them."),
    "search": ("echo.cli.search:app", "The index that posts and people are found by."),
    "queues": ("echo.cli.queues:app", "The work that waits."),
    "metrics": ("echo.cli.metrics:metrics", "Figures of the house, once."),
    "storage": ("echo.cli.storage:app", "How much room everything takes, and making room."),
    "block-lists": ("echo.cli.block_lists:app", "Lists of servers that others block."),
    "email-domains": ("echo.cli.gates:email_domains", "Domains of e-mail that nobody signs up with."),
    "networks": ("echo.cli.gates:networks", "Networks that may do less here."),
    "mailboxes": ("echo.cli.gates:mailboxes", "Mailboxes that may not sign up."),
    "invites": ("echo.cli.invites:app", "Links with which people sign up."),
    "federation": ("echo.cli.federation:app", "What goes to other servers and comes from them."),
}
for _name, (_where, _help) in COMMANDS.items():
    app.command(_where, name=_name, help=_help)


def main() -> None:
    """Run one command; a failure is one clear sentence and a status that is not zero."""
    unusable = not_text(sys.argv[1:])
    if unusable:
        _fail(unusable)
        sys.exit(2)
    try:
        result = app(exit_on_error=False, print_error=True)
    except CycloptsError:
        sys.exit(2)
    except ConfigError as error:
        # As for a wrong option: nothing was begun, and trying again does not help.
        _fail(_explain(error))
        sys.exit(2)
    except EchoError as error:
        sys.exit(_fail(_explain(error)))
    except (*db.ERRORS, UnicodeDecodeError) as error:
        sys.exit(_fail(_in_words(error)))
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(result if isinstance(result, int) else 0)


def _explain(error: EchoError) -> str:
    if isinstance(error, Invalid) and error.details:
        reasons = [
            f"{name} {reason.description}" for name, found in error.details.items() for reason in found
        ]
        return f"{error.public} ({'; '.join(reasons)})" if reasons else error.public
    if error.detail:
        return f"{error.public}: {error.detail}"
    if isinstance(error, NotFound) and error.public == NotFound.default_public:
        return missing.in_words(app.parse_args(sys.argv[1:], exit_on_error=False, print_error=False)[1])
    return error.public


def _in_words(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    if db.behind(error, db.BEYOND):
        return "A value is longer than any that can be stored"
    if db.behind(error, db.NULLS):
        return "A text holds a character that cannot be stored"
    if isinstance(error, UnicodeDecodeError):
        return f"A file is no text in UTF-8, from byte {error.start} on"
    return f"{type(error).__name__}: {error}"


def _fail(message: str) -> int:
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"error": message}, ensure_ascii=False) + "\n")
    sys.stderr.write(f"echoctl: {message}\n")
    return 1


if __name__ == "__main__":
    main()
