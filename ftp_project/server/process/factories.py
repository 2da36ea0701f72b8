"""From settings to the parts of a running server: loop, TLS, listening socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ftp_project.config import Config
from ftp_project.errors import UsageError, reason
from ftp_project.loop import Loop, Task
from ftp_project.server.core import log
from ftp_project.server.session.listener import listen

if TYPE_CHECKING:
    import socket
    import ssl


def make_loop(config: Config) -> Loop:
    """Return a new loop; raises LoopError when the system lacks the selector."""
    if not config.debug_loop:
        return Loop(config.selector, on_error=_log_failure)
    from ftp_project.loop.debug import DebugLoop

    def report(text: str) -> None:
        for line in text.splitlines():
            log.warning("%s", line)

    return DebugLoop(config.selector, on_error=_log_failure, report=report)


def make_tls(config: Config) -> ssl.SSLContext | None:
    """Return the TLS settings, or None without a certificate. Raises ``UsageError``."""
    if config.tls_cert is not None:
        from ftp_project.server.process.certificates import make_context

        return make_context(config.tls_cert, config.tls_key)
    for name in ("tls_key", "tls_required", "tls_session_reuse", "tls_implicit"):
        if getattr(config, name):
            raise UsageError(
                f"--{name.replace('_', '-')} needs a certificate: name it with --tls-cert; "
                "for trying out, the cert command makes one"
            )
    return None


def open_listener(config: Config) -> socket.socket:
    """Return the listening socket. Raises ``UsageError``."""
    try:
        return listen(config.host, config.port)
    except (OSError, OverflowError) as error:
        why = reason(error) if isinstance(error, OSError) else "no such port"
        raise UsageError(
            f"cannot listen on {config.host} port {config.port}: {why}; "
            "choose another --port (0 picks a free one) or --host"
        ) from None


def _log_failure(task: Task[Any], error: BaseException) -> None:
    log.error("task %s failed", task.name, exc_info=error)
