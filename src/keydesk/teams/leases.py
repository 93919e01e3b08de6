"""The name of the lease that serialises changes of a team over all replicas."""

LONGEST_LEASE = 255


def team_lease(team_id: str) -> str:
    """Return the name of the lease under which a team, its members or its objects are changed."""
    return f"team:{team_id}"[:LONGEST_LEASE]
