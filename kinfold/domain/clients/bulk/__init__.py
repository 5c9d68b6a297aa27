"""Bulk acts on clients: what each does to those who were chosen, to whom it cannot be done, and how it is undone.

`carrying` runs an act over the chosen clients in one transaction; the acts themselves know nothing of how.
"""
