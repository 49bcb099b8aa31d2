"""Docker engines: the real client and the simulated one, behind one contract."""
