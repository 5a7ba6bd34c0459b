"""Tactics: ways to find steps that the small checker accepts. Each module is one idea."""
