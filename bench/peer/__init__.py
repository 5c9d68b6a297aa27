"""The peer: a plain Django admin with django-import-export, over the same people, as its documentation shows it."""
