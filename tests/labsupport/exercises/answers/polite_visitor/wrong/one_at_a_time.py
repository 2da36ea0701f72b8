# reason: never more than 1 at once


def visit_all(visit, pages, limit):
    return [visit(page) for page in pages]
