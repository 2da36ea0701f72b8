"""FTP as pure text: bytes in, commands out; replies in, bytes out.

Nothing in this package touches a socket, a file or a clock: time is passed in. It can be
read in an evening and tested with properties.

- ``commands``: the control connection's bytes → commands (RFC 959 5.3, RFC 854)
- ``replies``: replies → bytes (RFC 959 4.2)
- ``addresses``: PORT, PASV, EPRT, EPSV (RFC 959, RFC 2428)
- ``paths``: virtual paths and their quoting in 257 (RFC 959, appendix II)
- ``list_arguments``, ``list_format``: LIST and NLST
- ``facts``: MLST and MLSD (RFC 3659 7)
- ``times``: MDTM, MFMT and the ``modify`` fact (RFC 3659 2.3)
- ``globs``: wildcards in linear time
- ``client``: what a client reads: replies and fact lines
- ``ascii``: TYPE A conversion over chunk borders (RFC 959 3.1.1.1)
"""
