"""See at once whether there is a way to the packages, before an installer is sent out.

Installers try a network that is not there again and again, and say nothing for minutes. So first a
connection is opened to where the installer will go: the host of the index that it is configured
with, or the proxy in front of it. Only that somebody listens there is asked; what the index then
says to the installer is the installer's to tell.
"""

from __future__ import annotations

import socket
import threading
import urllib.request
from urllib.parse import urlsplit

from launcher.messages import say
from launcher.problems import NoNetworkError

#: seconds for all addresses of a host, the resolution of its name included
LIMIT = 6.0
#: seconds for one address: a machine with half an IPv6 has some that never answer
ATTEMPT = 2.0
#: seconds of silence after which the user hears what is waited for
SILENCE = 2.0
_PORTS = {"http": 80, "https": 443}


def need(url: str, proxy: str | None = None) -> None:
    """Return when somebody listens at the host of ``url``, or at the proxy in front of it.

    ``proxy`` is the one that the installer is configured with; without it the environment says
    which is used (``urllib.request.getproxies``). A ``url`` without a host needs no network.

    Raises:
        NoNetworkError: nobody does, within LIMIT seconds; it says what was tried.
    """
    way = route(url, proxy)
    if way is None:
        return
    host, port, role = way
    trouble = _connect(host, port)
    if trouble:
        raise NoNetworkError(
            f"The packages cannot be fetched because no network answers: {host}, port {port}, "
            f"{role}, was tried ({trouble}). Connect this machine to the internet (or set its "
            "proxy) and run the same command again."
        )


def route(url: str, proxy: str | None = None) -> tuple[str, int, str] | None:
    """Return host and port of the first connection on the way to ``url``, and what is there.

    None: ``url`` is a folder of this machine.
    """
    target = urlsplit(url)
    if not target.hostname or target.scheme not in _PORTS:
        return None
    if proxy is None and not urllib.request.proxy_bypass(target.hostname):
        known = urllib.request.getproxies()
        proxy = known.get(target.scheme, known.get("all"))
    try:
        if proxy:
            before = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
            port = before.port or _PORTS.get(before.scheme, 1080)  # 1080: SOCKS
            return (before.hostname, port, "the proxy") if before.hostname else None
        return target.hostname, target.port or _PORTS[target.scheme], "the index of packages"
    except ValueError:  # a port that is no number: the installer has the better words for it
        return None


def _connect(host: str, port: int) -> str:
    """Return why nobody answers at ``host``, "" if somebody does."""
    outcome: list[str] = []

    def attempt() -> None:
        try:
            socket.create_connection((host, port), timeout=ATTEMPT).close()
            outcome.append("")
        except OSError as error:
            outcome.append(error.strerror or str(error))

    # A resolver that hangs cannot be interrupted; a daemon thread can be left behind.
    thread = threading.Thread(target=attempt, daemon=True)
    thread.start()
    thread.join(SILENCE)
    if thread.is_alive():
        say(f"Waiting for an answer of {host}, for {LIMIT:.0f} seconds at most.")
        thread.join(LIMIT - SILENCE)
    return outcome[0] if outcome else f"no answer within {LIMIT:.0f} seconds"
