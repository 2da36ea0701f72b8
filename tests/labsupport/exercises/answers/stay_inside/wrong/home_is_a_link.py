# reason: in /songs asked for 'la', and got None
import posixpath


def real_path(home, directory, argument):
    seen = posixpath.normpath(posixpath.join("/", directory, argument))
    real = (home / seen.lstrip("/")).resolve()
    return real if real.is_relative_to(home) else None
