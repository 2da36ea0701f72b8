# reason: in /../home-of-bob asked for 'key', and got …/home-of-bob/key, a file outside
import posixpath


def real_path(home, directory, argument):
    home = home.resolve()
    seen = argument if argument.startswith("/") else f"{directory}/{argument}"
    if not directory.startswith("/.."):
        seen = posixpath.normpath(posixpath.join("/", seen))
    real = (home / seen.lstrip("/")).resolve()
    return real if str(real).startswith(str(home)) else None
