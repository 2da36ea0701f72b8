# reason: asked for 'tunes/la', and got None
import posixpath


def real_path(home, directory, argument):
    seen = posixpath.normpath(posixpath.join("/", directory, argument))
    path = home / seen.lstrip("/")
    return path if path.resolve() == path else None
