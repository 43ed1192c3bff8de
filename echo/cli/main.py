"""`echoctl`: the command line of Echo."""

from __future__ import annotations

import json
import sys

from cyclopts import App, CycloptsError

from echo import __version__, db
from echo.cli import accounts, apps, config, doctor, instance, queues, seed, serve
from echo.cli import federation as federation_commands
from echo.cli.migrate import migrate_command
from echo.cli.up import up
from echo.errors import EchoError, Invalid

app = App(
    name="echoctl",
    help="Run and look after an Echo server.",
    version=__version__,
    result_action="return_value",
)
app.command(up)
app.command(serve.serve)
app.command(serve.worker)
app.command(migrate_command, name="migrate")
app.command(doctor.doctor)
app.command(config.app)
app.command(accounts.app)
app.command(apps.app)
app.command(instance.app)
app.command(instance.reset)
app.command(seed.seed)
app.command(queues.app)
app.command(federation_commands.app)


def main() -> None:
    """Run one command; a failure is one clear sentence and a status that is not zero."""
    try:
        result = app(exit_on_error=False, print_error=True)
    except CycloptsError:
        sys.exit(2)
    except EchoError as error:
        sys.exit(_fail(_explain(error)))
    except db.ERRORS as error:
        sys.exit(_fail(f"{type(error).__name__}: {error}"))
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(result if isinstance(result, int) else 0)


def _explain(error: EchoError) -> str:
    if isinstance(error, Invalid) and error.details:
        reasons = [
            f"{name} {reason.description}" for name, found in error.details.items() for reason in found
        ]
        return f"{error.public} ({'; '.join(reasons)})" if reasons else error.public
    return f"{error.public}: {error.detail}" if error.detail else error.public


def _fail(message: str) -> int:
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"error": message}, ensure_ascii=False) + "\n")
    sys.stderr.write(f"echoctl: {message}\n")
    return 1


if __name__ == "__main__":
    main()
