"""Compiled kernels of the recurrence, generated for an activation on first use; importing this compiles nothing."""
