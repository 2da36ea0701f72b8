"""From flags, environment and file to the options of a server.

- ``option``: what the table in ``ftp_project.config`` says about an option; ``rows``: the table's
  rows with their names
- ``readers``: from text to values
- ``sources``: where values come from, and everything that is wrong with them at once
- ``people``: the users that the options name
- ``show``: the options as a file, each with where it came from
"""
