"""The `twin` command: each verb calls one function and ends with a code that says how it went.

0: good. 1: a run failed or missed an expectation. 2: a mistake in what was given. 130: interrupted.
"""

from __future__ import annotations

import os
import sys
import traceback

from twin.problems import ComponentError, Problems

__all__ = ["main"]


def main() -> None:
    """Run the command that was typed."""
    code = _answered()
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read it has gone; Python would complain on the way out
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        code = _complain(_said(error), 1)
    sys.exit(code)


def _answered() -> int:
    from twin.cli.verbs import app

    try:
        app(prog_name="twin")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except Problems as problems:
        return _complain(f"{problems}\n{_counted(str(problems))}", 2)
    except ComponentError as error:
        return _complain(f"{error}\n{_counted(str(error))} in a component", 2)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        return _complain(_said(error), 1)
    except Exception:
        traceback.print_exc()
        return _complain("this is a bug in gridtwin; please report it with the lines above", 1)
    return 0


def _complain(text: str, code: int) -> int:
    print(text, file=sys.stderr)
    return code


def _counted(lines: str) -> str:
    count = len(lines.splitlines())
    return f"{count} problem{'s'[: count != 1]}"


def _said(error: OSError) -> str:
    return f"{error.filename or 'output'}: {error.strerror or error}"
