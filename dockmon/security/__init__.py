"""Passwords and tokens: the cryptography, and nothing else."""
