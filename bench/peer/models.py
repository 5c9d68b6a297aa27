"""The same people as Kinfold's clients, the way one would write them down first."""

from __future__ import annotations

from django.db import models


class Therapist(models.Model):
    """Who cares for clients."""

    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word that groups clients."""

    name = models.CharField(max_length=50)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Client(models.Model):
    """A client."""

    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    email = models.EmailField(blank=True, db_index=True)
    phone = models.CharField(max_length=40, blank=True)
    birth_date = models.DateField()
    sex_at_birth = models.CharField(max_length=12)
    external_id = models.CharField(max_length=80, blank=True, db_index=True)
    therapist = models.ForeignKey(Therapist, models.PROTECT, null=True, blank=True)
    tags = models.ManyToManyField(Tag, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["last_name", "first_name"]
        indexes = [
            models.Index(fields=["last_name", "first_name"], name="peer_client_name"),
            models.Index(fields=["first_name"], name="peer_client_first"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"
