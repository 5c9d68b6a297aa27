"""The queue of background work, and what happens once. These tables belong to no practice and hold no person's data."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class QueuedTask(models.Model):
    """Work that was asked for in a transaction and is not done yet. A row is deleted when its work is done.

    Whoever works on it holds it by `claim` until `claimed_until` and keeps moving that on; a worker that dies stops
    moving it, and another takes the row over.
    """

    path = models.CharField(max_length=200)
    arguments = models.JSONField(default=list)
    due_at = models.DateTimeField()
    claim = models.CharField(max_length=32, blank=True)
    claimed_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)  # kind and place of the last one, never its text
    failed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=("due_at", "id"), name="queued_task_due")]


class PeriodicTask(models.Model):
    """When a periodic task last began, and when it is due again."""

    path = models.CharField(max_length=200, primary_key=True)
    due_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)


class Once(models.Model):
    """Something that happens once in an installation. Two who try at a time: the second waits, and finds it done."""

    what = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
