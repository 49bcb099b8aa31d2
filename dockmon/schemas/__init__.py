"""Marshmallow: the shapes that come in and go out, for REST and Socket.IO alike."""
