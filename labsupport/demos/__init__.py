"""Programs that a lesson starts: servers to be visited, changed and broken."""
