# reason: computes without end
# endless
def real_path(home, directory, argument):
    path = home / directory.lstrip("/") / argument
    below = path
    while below != home:  # what is not below the home never gets there
        below = below.parent
    return path
