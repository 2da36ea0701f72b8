"""Real clients: Python's ftplib, and curl where it is installed (else urllib in its place)."""

from __future__ import annotations

import contextlib
import ftplib
import shutil
import subprocess
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

from labsupport.capstone.findings import Unmet, printable, told
from labsupport.capstone.wire import HOST, WAIT, Place


class Polite(ftplib.FTP):
    """ftplib's client; it remembers what it last sent and what came back."""

    sent = "(a new connection)"

    def putline(self, line: str) -> None:
        """Send a line, as the base class does, and remember it without the password."""
        self.sent = "PASS ********" if line.startswith("PASS ") else line
        super().putline(line)


@contextlib.contextmanager
def told_by(client: Polite) -> Iterator[None]:
    """Turn what ftplib raises into an `Unmet`."""
    try:
        yield
    except ftplib.Error as error:
        raise Unmet("what RFC 959 says", client.sent, printable(str(error).encode())) from None
    except EOFError:
        raise Unmet("a reply", client.sent, "the server closed the connection") from None
    except OSError as error:
        raise Unmet("that ftplib goes on", client.sent, told(error)) from None


@contextlib.contextmanager
def polite(place: Place, wait: float = WAIT) -> Iterator[Polite]:
    """Yield an ftplib client that has logged in; at the end it says QUIT.

    It waits so many seconds for each answer. Raises Unmet for whatever ftplib does not accept,
    from within the block too.
    """
    client = Polite()
    client.encoding = "utf-8"
    try:
        with told_by(client):
            client.connect(HOST, place.port, timeout=place.left(wait))
            client.login(place.user, place.password)
            yield client
            client.quit()
    finally:
        client.close()


def _address(place: Place, path: str) -> str:
    return f"ftp://{HOST}:{place.port}/{urllib.parse.quote(path)}"


def _curl(place: Place, shown: str, *arguments: str) -> bytes:
    command = ["curl", "--silent", "--show-error", "--globoff", "--disable-epsv"]
    command += ["--user", f"{place.user}:{place.password}"]
    command += ["--max-time", f"{place.left(10.0):.1f}", *arguments]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=place.left(15.0)
        )
    except subprocess.TimeoutExpired:
        raise Unmet("that curl comes to its end", shown, "nothing, until time was up") from None
    if done.returncode:
        why = printable(done.stderr.strip()) or "no message"
        raise Unmet("that curl succeeds", shown, f"curl's exit status {done.returncode}: {why}")
    return done.stdout


def _with_urllib(place: Place, path: str, shown: str) -> bytes:
    """Do by urllib what curl would do, so that a machine without curl judges the same items."""
    import urllib.request  # seldom needed, and not light

    user = f"{urllib.parse.quote(place.user)}:{urllib.parse.quote(place.password)}"
    address = _address(place, path).replace("ftp://", f"ftp://{user}@")
    try:
        with urllib.request.urlopen(address, timeout=place.left()) as answer:
            return bytes(answer.read())
    except (OSError, EOFError) as error:
        raise Unmet("that urllib succeeds", shown, printable(str(error).encode())) from None


def lines_of_curl(place: Place) -> list[str]:
    """Return the names that curl lists in the user's home. Raises Unmet."""
    shown = "curl --list-only ftp://server/"
    if not shutil.which("curl"):
        listing = _with_urllib(place, "", shown).decode("utf-8", "replace")
        return [_name_in(line) for line in listing.splitlines() if not line.startswith("total ")]
    return _curl(place, shown, "--list-only", _address(place, "")).decode().splitlines()


def _name_in(line: str) -> str:
    """Return what stands behind the eighth column of a line such as `ls -l` writes."""
    return line.split(maxsplit=8)[-1]


def get_by_curl(place: Place, path: str) -> bytes:
    """Return a file as curl downloads it. Raises Unmet."""
    shown = f"curl ftp://server/{path}"
    if not shutil.which("curl"):
        return _with_urllib(place, path, shown)
    return _curl(place, shown, _address(place, path))


def put_by_curl(place: Place, source: Path, path: str) -> None:
    """Upload a file with curl; ftplib does it where there is none. Raises Unmet."""
    shown = f"curl --upload-file data.bin ftp://server/{path}"
    if shutil.which("curl"):
        _curl(place, shown, "--upload-file", str(source), _address(place, path))
        return
    with polite(place) as client, source.open("rb") as file:
        client.storbinary(f"STOR {path}", file)
