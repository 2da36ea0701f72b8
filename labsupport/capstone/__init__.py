"""The judge of the capstone: takes any FTP server and says what it does and what it does not.

Read in this order: `items` (what an item is), `findings` and `wire` (the judge's own client),
`login` to `limits` (the eight stages) and `stages` (all of them), `serving` (the judged server),
`prober` (the process of the clients), `referee` (who judges), `report` (what was found),
`command_line`; then `many` (50 users, recorded).
"""
