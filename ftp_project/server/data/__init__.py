"""The data connections of a session, and the bytes that move over them.

- ``data_port``: where the next data connection comes from, or goes to
- ``data_connection``: one that is open: its patience, its speed limits, its count of bytes
- ``transfers``: the one way of every transfer, from the open connection to the last reply
- ``sending``, ``receiving``: files and listings in turns; ``splice``: from a socket into a file
- ``filters``: line ends (TYPE A) and compression (MODE Z)
- ``list_query``: what LIST, NLST and STAT show
- ``bandwidth``, ``quotas``: which speed limits hold, and how many bytes may be stored
"""
