# reason: asked for '/poem', and got None
# quick
def real_path(home, directory, argument):
    home = home.resolve()
    real = (home / directory.lstrip("/") / argument).resolve()
    return real if real.is_relative_to(home) else None
