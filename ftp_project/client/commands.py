"""The client's commands of the terminal: get, put and ls. ``cli`` registers them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ftp_project.client.urls import Url, is_url, parse_url
from ftp_project.errors import UsageError

if TYPE_CHECKING:
    from ftp_project.client.session_pool import Job

#: stands below the help of each of them
EXIT_STATUS = (
    "Exit status: 0 when all went well; 1 when something failed, while the rest was done; "
    "2 for a mistake in the command, when nothing was done; 130 after Ctrl-C."
)
Parallel = Annotated[
    int, typer.Option("--parallel", "-P", metavar="N", min=1, max=64, help="Sessions at once.")
]
Resume = Annotated[
    bool, typer.Option("--resume", "-c", help="Go on where an earlier transfer stopped.")
]
Tls = Annotated[
    bool, typer.Option("--tls", help="Ask for TLS (AUTH TLS); ftps:// is TLS from the start.")
]
Insecure = Annotated[
    bool, typer.Option("--insecure", "-k", help="Believe any certificate: for trying out only.")
]
Ca = Annotated[
    Path | None,
    typer.Option("--ca", metavar="FILE", help="Trusted certificates (PEM), not the system's."),
]
Timeout = Annotated[
    float, typer.Option(metavar="SECONDS", min=0.1, help="How long the server may be silent.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show failures only.")]


def get(
    urls: Annotated[
        list[str], typer.Argument(metavar="URL... [LOCAL]", help="What to get, and where to.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="LOCAL", help="The same as LOCAL.")
    ] = None,
    resume: Resume = False,
    parallel: Parallel = 4,
    tls: Tls = False,
    insecure: Insecure = False,
    ca: Ca = None,
    timeout: Timeout = 30.0,
    quiet: Quiet = False,
) -> int:
    """Get files and directories from FTP servers.

    LOCAL is a directory that gets them, or the new name of the only one; without it they come
    into the current directory. A file is called NAME.part until it is complete. The user comes
    from the URL, else from ~/.netrc; without either the login is anonymous.
    """
    words = list(urls)
    if len(words) > 1 and not is_url(words[-1]):
        if output is not None:
            raise UsageError(f"both {words[-1]} and --output say where to: leave one out")
        output = Path(words.pop())
    target = output if output is not None else Path()
    into = target.is_dir()
    if len(words) > 1 and not into:
        raise UsageError(f"{target} is no directory: several things need one to go to")
    if not into and not target.parent.is_dir():
        raise UsageError(f"directory {target.parent} does not exist: make it first")
    from ftp_project.client.download import Fetch

    wanted: list[tuple[Url, Job]] = []
    for word in words:
        url = parse_url(word)
        wanted.append((url, Fetch(url.path.rstrip("/") or url.path[:1], target, into, resume)))
    return _run(wanted, parallel, tls, insecure, ca, timeout, quiet)


def put(
    files: Annotated[
        list[str], typer.Argument(metavar="LOCAL... URL", help="What to put, and where to.")
    ],
    resume: Resume = False,
    parallel: Parallel = 4,
    tls: Tls = False,
    insecure: Insecure = False,
    ca: Ca = None,
    timeout: Timeout = 30.0,
    quiet: Quiet = False,
) -> int:
    """Put files and directories onto an FTP server.

    A URL that ends with "/" is a directory that gets them (it is made when it is missing), as is
    one that exists; another is the new name of the only one. The URL may also stand first.
    """
    words = list(files)
    if is_url(words[0]) and not is_url(words[-1]):
        words.append(words.pop(0))
    if len(words) < 2 or not is_url(words[-1]):
        raise UsageError("put needs what to put and a URL: put FILE ftp://HOST/PATH")
    url = parse_url(words.pop())
    into = url.path.endswith("/") or not url.path
    sources = [_source(word) for word in words]
    if len(sources) > 1:
        into = True
    from ftp_project.client.upload import Send

    path = url.path.rstrip("/") or url.path[:1]
    wanted: list[tuple[Url, Job]] = [(url, Send(source, path, into, resume)) for source in sources]
    return _run(wanted, parallel, tls, insecure, ca, timeout, quiet)


def ls(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="What to list.")],
    long: Annotated[bool, typer.Option("--long", "-l", help="Kind, size, time (UTC).")] = False,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-R", help="Directories below it too.")
    ] = False,
    parallel: Parallel = 4,
    tls: Tls = False,
    insecure: Insecure = False,
    ca: Ca = None,
    timeout: Timeout = 30.0,
) -> int:
    """List directories of FTP servers, a name in a line."""
    from ftp_project.client import list_job

    places = [parse_url(word) for word in urls]
    jobs = [list_job.ListJob(url.path.rstrip("/") or url.path[:1], recursive) for url in places]
    wanted: list[tuple[Url, Job]] = list(zip(places, jobs, strict=True))
    status = _run(wanted, parallel, tls, insecure, ca, timeout, quiet=True)
    for url, job in zip(places, jobs, strict=True):
        if len(places) > 1:
            print(f"{url}:")
        for line in list_job.lines(job.found, long=long):
            print(line)
    return status


def _source(word: str) -> Path:
    if is_url(word):
        raise UsageError(f"{word} is a URL: put takes one URL, and files of this machine")
    path = Path(word)
    if not path.exists():
        raise UsageError(f"{path} does not exist: name a file or directory")
    return path


def _run(
    wanted: list[tuple[Url, Job]],
    parallel: int,
    tls: bool,
    insecure: bool,
    ca: Path | None,
    timeout: float,
    quiet: bool,
) -> int:
    from ftp_project.client import progress, runner

    settings = runner.Settings(tls=tls, insecure=insecure, ca=ca, timeout=timeout)
    groups = runner.group_by_site(wanted, settings)
    return runner.run_jobs(groups, parallel, progress.make_report(quiet))
