"""Values and pure rules. Standard library only; no I/O, no clocks of its own."""
