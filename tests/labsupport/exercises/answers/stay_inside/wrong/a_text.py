# reason: and got str
# quick
import posixpath


def real_path(home, directory, argument):
    seen = posixpath.normpath(posixpath.join("/", directory, argument))
    return str(home / seen.lstrip("/"))
