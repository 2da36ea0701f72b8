"""From a virtual path to a directory's descriptor and a name in it.

The jail's wall. Each component is opened relative to the descriptor of the one before, and
never through a symbolic link (openat(2), O_NOFOLLOW), so nothing that another process does
to the tree between two calls can lead outside. Links are followed by hand: read, and walked
in the same way. ``..`` is not given to the kernel: it goes back to the home and walks again.
"""

# The attack. A server that checks a path and opens it afterwards checks one file and opens another:
# in between somebody replaces a directory by a symbolic link to ``/etc`` (TOCTOU, "time of check to
# time of use", CWE-367). realpath(3) and a comparison of prefixes are such a check. No care in the
# check helps, as long as the kernel walks the path again.
#
# The defence. A descriptor does not change its meaning: whatever happens to names, descriptor 7 is
# the directory that was opened. So the walk is done here, one component at a time, each relative to
# the descriptor before (openat(2)), each with O_NOFOLLOW, and the last system call gets a
# descriptor and a single name. chroot(2) would do the same for a process and needs root; Linux'
# openat2(2) with RESOLVE_BENEATH does it in one call, but Python has no function for it and other
# systems have no such call.
#
# Why ``..`` is not given to the kernel: "up" from a directory that somebody has just moved is
# elsewhere.
#
# The costs: an open and a close for each directory above the name. That is why a plain name in the
# home, by far the most common case, returns at once with the home's own descriptor.

from __future__ import annotations

import errno
import os
from typing import Final

from ftp_project.files.errors import BadNameError, DeniedError, NotFoundError, from_os_error
from ftp_project.files.names import check

#: most symbolic links in one path, as in the kernel (path_resolution(7))
LINK_LIMIT: Final = 40
_LINK_COST: Final = 50
#: work allowed for one path: a directory entered costs 1, a link costs 50.
#: One number bounds both, so that no chain of links and ``..`` can keep the server busy.
_BUDGET: Final = (LINK_LIMIT + 1) * _LINK_COST - 1

# O_PATH needs no read permission on the directory; elsewhere than on Linux O_RDONLY must do.
PATH: Final[int] = getattr(os, "O_PATH", os.O_RDONLY)
DIRECTORY: Final[int] = PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Place:
    """A name in an open directory. Use it in a ``with``: the descriptor is closed at the end.

    ``name`` is "" when the directory itself is meant. ``parents`` are the names of the
    directories that lead here from the home, with all links resolved.
    """

    __slots__ = ("_owned", "budget", "directory", "name", "parents")

    def __init__(
        self,
        directory: int,
        name: str,
        owned: bool = False,
        parents: list[str] | None = None,
        budget: int = _BUDGET,
    ) -> None:
        self.directory = directory
        self.name = name
        self.parents = parents or []
        self.budget = budget
        self._owned = owned

    def __enter__(self) -> Place:
        return self

    def __exit__(self, *_: object) -> None:
        if self._owned:
            self._owned = False
            os.close(self.directory)

    def detach(self) -> int:
        """Return a descriptor of the directory that the caller owns from now on."""
        if self._owned:
            self._owned = False
            return self.directory
        return os.dup(self.directory)


class Resolver:
    """Find places below one home directory, which is opened once and kept open.

    Links are followed when they stay inside: relative ones that never climb above the
    home, and absolute ones whose text starts with the home's own path. With
    ``follow_links=False`` none is: the right choice when rights differ by directory, because
    a link would be a second name for a place with other rights.

    Raises NotFoundError, NotDirectoryError or DeniedError when the home cannot be opened.
    """

    def __init__(self, home: str | os.PathLike[str], *, follow_links: bool = True) -> None:
        self._home = -1
        try:
            self.real_path = os.path.realpath(os.fspath(home))
            self._home = os.open(self.real_path, PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise from_os_error(error) from error
        self.follow_links = follow_links

    def close(self) -> None:
        """Close the home; the resolver cannot be used any more. May be called twice."""
        home, self._home = self._home, -1
        if home >= 0:
            os.close(home)

    def locate(self, path: str) -> Place:
        """Walk to the directory that holds the last name of ``path``; that name is not touched.

        Raises BadNameError, NotFoundError, NotDirectoryError, or DeniedError for a link
        that leads out.
        """
        check(path)
        names = path.split("/")
        if ".." in names:
            raise BadNameError("The path is not in its normal form.")
        if len(names) == 2 and not names[0] and names[1] != ".":
            return Place(self._home, names[1])
        return self._walk([], [name for name in names if name not in ("", ".")], _BUDGET)

    def follow(self, place: Place) -> Place:
        """Walk from a place whose name is a symbolic link to where the link leads.

        The result may be a link again. Raises as ``locate`` does; NotFoundError also for the
        41st link, and when the name is no link any more.
        """
        text = _link_text(place.directory, place.name)
        if text is None:
            raise NotFoundError
        start, names = self._target(text, place.parents)
        return self._walk(start, names, _spend(place.budget, _LINK_COST))

    def shown_link(self, place: Place) -> str:
        """Return a link's text for a listing: no path of the machine is told, "?" stands for it."""
        text = _link_text(place.directory, place.name) or "?"
        if text[:1] != "/":
            return text
        inside = self.real_path.rstrip("/") + "/"
        return f"/{text[len(inside) :]}" if f"{text}/".startswith(inside) else "?"

    def enter(self, path: str) -> Place:
        """Open the directory that ``path`` names, through links; the place's name is "".

        Raises as ``locate`` does. The directory may still refuse to be read or searched.
        """
        with self.locate(path) as place:
            return self._enter_place(place)

    def _enter_place(self, place: Place) -> Place:
        if not place.name:
            return Place(self._home, "", budget=place.budget)
        try:
            fd = os.open(place.name, DIRECTORY, dir_fd=place.directory)
        except OSError as error:
            if _link_text(place.directory, place.name) is None:
                raise from_os_error(error) from error
        else:
            return Place(fd, "", True, [*place.parents, place.name], place.budget)
        with self.follow(place) as target:
            return self._enter_place(target)

    def _walk(self, done: list[str], todo: list[str], budget: int) -> Place:
        """Walk ``todo`` from the real directory ``done``; every name but the last is entered."""
        done = done[:]
        # Reversed: the next name is at the end, where taking it is cheap, and a link's names go.
        todo = todo[::-1]
        fd, owned = self._reopen(done)
        budget = _spend(budget, len(done))
        try:
            while todo:
                name = todo.pop()
                if name == "..":
                    if not done:
                        raise DeniedError("The link leads out of your directory.")
                    done.pop()
                elif not todo:
                    place = Place(fd, name, owned, done, budget)
                    owned = False
                    return place
                else:
                    try:
                        deeper = os.open(name, DIRECTORY, dir_fd=fd)
                    except OSError as error:
                        text = _link_text(fd, name)
                        if text is None:
                            raise from_os_error(error) from error
                        budget = _spend(budget, _LINK_COST)
                        start, names = self._target(text, done)
                        todo += reversed(names)
                        done = start[:]
                    else:
                        if owned:
                            os.close(fd)
                        fd, owned = deeper, True
                        done.append(name)
                        budget = _spend(budget, 1)
                        continue
                if owned:
                    owned = False
                    os.close(fd)
                fd, owned = self._reopen(done)
                budget = _spend(budget, 1 + len(done))
        finally:
            if owned:
                os.close(fd)
        if not done:
            return Place(self._home, "", budget=budget)
        # The path ended in "..": its last name is that of the directory walked to.
        return self._walk(done[:-1], done[-1:], budget)

    def _reopen(self, names: list[str]) -> tuple[int, bool]:
        """Open a directory by names that held no link when they were walked.

        Return its descriptor, and whether the caller has to close it.
        """
        fd, owned = self._home, False
        for name in names:
            try:
                deeper = os.open(name, DIRECTORY, dir_fd=fd)
            except OSError as error:
                raise from_os_error(error) from error
            finally:
                if owned:
                    os.close(fd)
            fd, owned = deeper, True
        return fd, owned

    def _target(self, text: str, parents: list[str]) -> tuple[list[str], list[str]]:
        """Cut a link's text into (directory to start from, names to walk)."""
        if not self.follow_links:
            raise DeniedError("Symbolic links are not followed here.")
        if text[:1] == "/":
            inside = self.real_path.rstrip("/") + "/"
            if not f"{text}/".startswith(inside):
                raise DeniedError("The link leads out of your directory.")
            parents, text = [], text[len(inside) :]
        # A link's text is from the disk, where anything may stand: checked like a client's path.
        check(text)
        return parents, [name for name in text.split("/") if name not in ("", ".")]


def _link_text(directory: int, name: str) -> str | None:
    """Read a symbolic link; None when the name is none (any more)."""
    try:
        return os.readlink(name, dir_fd=directory)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ENOENT, errno.ENOTDIR, errno.EACCES):
            return None
        raise from_os_error(error) from error


def _spend(budget: int, cost: int) -> int:
    if cost > budget:
        raise NotFoundError("Too many directories or symbolic links in the path.")
    return budget - cost


def lstat(place: Place) -> os.stat_result:
    """Return the status of a place's name itself; raises NotFoundError, DeniedError."""
    try:
        return os.stat(place.name or ".", dir_fd=place.directory, follow_symlinks=False)
    except OSError as error:
        raise from_os_error(error) from error
