# reason: asked for '../poem', and got None
def real_path(home, directory, argument):
    if ".." in argument:
        return None
    real = (home.resolve() / directory.lstrip("/") / argument.lstrip("/")).resolve()
    return real if real.is_relative_to(home.resolve()) else None
