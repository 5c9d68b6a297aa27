"""How people ask to become clients: the practice's public sign-up page, and the requests that wait for an answer."""
