"""WebSocket frames: a packet is packed once, however many clients get it.

Made here and not by the two WebSocket libraries, which pack anew for every client.
`outgoing` sends them.
"""

from __future__ import annotations

import struct
from typing import Final

from engineio.packet import Packet

_TEXT: Final = 0x81  # a whole text message
GOODBYE: Final = b"\x88\x02\x03\xe8"  # a close frame: 1000, a normal end


def frame_of(packet: Packet) -> bytes:
    """Return a packet as one frame. Kept with the packet, like its encoded text."""
    try:
        kept: bytes = packet.frame
    except AttributeError:
        kept = packet.frame = pack(packet.encode())
    return kept


def pack(text: str) -> bytes:
    """Return a text message as one frame, unmasked as a server's has to be."""
    body = text.encode()
    length = len(body)
    if length < 126:
        return struct.pack("!BB", _TEXT, length) + body
    if length < 1 << 16:
        return struct.pack("!BBH", _TEXT, 126, length) + body
    return struct.pack("!BBQ", _TEXT, 127, length) + body
