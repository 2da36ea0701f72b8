# reason: asked for 'out/key', and got …/home-of-bob/key, a file outside
import posixpath


def real_path(home, directory, argument):
    home = home.resolve()
    seen = posixpath.normpath(posixpath.join("/", directory, argument))
    real = (home / seen.lstrip("/")).resolve()
    return real if str(real).startswith(str(home)) else None
