# reason: asked for 'out/key', and got .*outside
# quick
import posixpath


def real_path(home, directory, argument):
    seen = posixpath.normpath(posixpath.join("/", directory, argument))
    return home / seen.lstrip("/")
