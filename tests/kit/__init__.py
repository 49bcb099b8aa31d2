"""What tests share: a Docker engine of their own, faults, waiting."""
