# reason: asked for '\.\.', and got None
def real_path(home, directory, argument):
    home = home.resolve()
    if argument.startswith("/"):
        directory = "/"
    real = (home / directory.lstrip("/") / argument.lstrip("/")).resolve()
    return real if real.is_relative_to(home) else None
