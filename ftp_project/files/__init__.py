"""A user's files, reached only through a jail made of descriptors.

- ``errors``: what can go wrong, by type
- ``names``: which names are allowed
- ``resolve``: from a virtual path to a directory's descriptor and a name
- ``actions``: single system calls at such a place
- ``jail``: the operations: open, stat, make, remove, rename, …
- ``scan``: directories read in batches
- ``uploads``: files that appear complete, or not at all
- ``search``: patterns, recursive listings, and what a tree occupies

Nothing here knows of sockets or of FTP. Paths are virtual: absolute, normalised
("/a/b", never "..", "." or "//"), with bytes that are not UTF-8 as surrogates (PEP 383).
"""
