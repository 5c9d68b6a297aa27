"""The kernel stores nothing. Django sends `post_migrate` only to apps with a models module, and the kernel needs it."""
