"""A real Backstage, which tests start elsewhere: tokens of the people in its catalog."""

import httpx2


def user_token(http: httpx2.Client, backstage: str, name: str) -> str:
    """Return a Backstage user token, as the browser of a signed-in person gets it."""
    headers = {"x-test-user": name, "x-requested-with": "XMLHttpRequest"}
    answer = http.post(f"{backstage}/api/auth/test/refresh", headers=headers).raise_for_status()
    return str(answer.json()["backstageIdentity"]["token"])
