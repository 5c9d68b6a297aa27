"""Members, invitations, roles they hold, supervision, and the tokens that act for them."""
