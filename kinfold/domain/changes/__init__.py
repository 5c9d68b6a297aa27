"""Change sets: bulk acts and imports, previewed, applied once, undoable."""
