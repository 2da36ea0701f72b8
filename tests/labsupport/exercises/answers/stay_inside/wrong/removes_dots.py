# reason: asked for '\.\.song', and got|asked for '../poem', and got
def real_path(home, directory, argument):
    home = home.resolve()
    if argument.startswith("/"):
        directory = "/"
    path = f"{directory}/{argument}".replace("..", "").lstrip("/")
    real = (home / path).resolve()
    return real if real.is_relative_to(home) else None
