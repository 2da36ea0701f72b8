# reason: in /songs asked for 'la', and got …/home/la
import posixpath


def real_path(home, directory, argument):
    home = home.resolve()
    real = (home / posixpath.normpath("/" + argument).lstrip("/")).resolve()
    return real if real.is_relative_to(home) else None
