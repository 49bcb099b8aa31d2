"""Socket.IO: the guard, the boundary, two namespaces and the emitter."""
