"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2id(Argon2PasswordHasher):
    """argon2id with 46 MiB and one lane.

    Django's own setting takes 100 MiB and eight lanes for every try, so a burst of guesses could take the
    machine's memory; this one costs a guesser about the same and a small server half.
    """

    time_cost = 2
    memory_cost = 47104
    parallelism = 1
