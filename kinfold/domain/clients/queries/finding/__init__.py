"""Which clients stand on a page, and how many there are: each question begins with the index that narrows it most.

- Clients of one therapist, of oneself or of one's supervisees, and lists without words or tag: the clients in order.
- Words: the longest one's stretch of the search index, which holds each client once (`ClientWord`). When that is a
  large part of all clients, a page is found faster among the clients in order.
- A tag: the tag's clients in order.
- Whom somebody reaches by other ties than a therapist's: those few, read apart, and merged with the others in order.

SQLite keeps no statistics and PostgreSQL's mislead it here, so the beginning is chosen and not left to them; whatever
else is wanted is asked of each candidate. The questions are ordinary querysets, written once for each shape.
"""
