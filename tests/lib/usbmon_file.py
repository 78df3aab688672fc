"""Records of link type 220 in pcap and pcapng files, read without urbscope: for comparing what it
wrote with what somebody else saw. Little-endian files only; that is what these machines write."""

import collections
import struct

from house import Failed

HEADER = struct.Struct('<QcBBBHccqiiII8siiII')

# kind: S, C or E; setup: 8 bytes or None; data: bytes as recorded, without packet descriptors;
# packets: [(status, offset, length)]; comment: of the packet block, or None
Record = collections.namedtuple('Record', 'id kind type ep device bus time status length setup '
                                          'data packets comment')
ISOCHRONOUS, INTERRUPT, CONTROL, BULK = range(4)


def blocks(content, path):
    """(type, body) of each whole pcapng block."""
    at = 0
    while at + 12 <= len(content):
        kind, length = struct.unpack_from('<II', content, at)
        if length < 12 or length % 4 or at + length > len(content):
            raise Failed(f'{path.name}: a block at {at} is not whole')
        if struct.unpack_from('<I', content, at + length - 4)[0] != length:
            raise Failed(f'{path.name}: the block at {at} ends with another length')
        yield kind, content[at + 8:at + length - 4]
        at += length
    if at != len(content):
        raise Failed(f'{path.name}: {len(content) - at} bytes after the last block')


def comment_of(options):
    at = 0
    while at + 4 <= len(options):
        code, length = struct.unpack_from('<HH', options, at)
        if code == 1:
            return options[at + 4:at + 4 + length].decode()
        at += 4 + (length + 3) // 4 * 4
    return None


def packets(path):
    """(bytes, comment) of each packet; a pcap's last packet may be cut."""
    content = path.read_bytes()
    if content[:4] == b'\xd4\xc3\xb2\xa1':
        at = 24
        while at + 16 <= len(content):
            length, = struct.unpack_from('<I', content, at + 8)
            if at + 16 + length > len(content):
                return
            yield content[at + 16:at + 16 + length], None
            at += 16 + length
        return
    for kind, body in blocks(content, path):
        if kind == 6:
            length, = struct.unpack_from('<I', body, 12)
            yield body[20:20 + length], comment_of(body[20 + (length + 3) // 4 * 4:])


def record(raw, comment):
    (urb, kind, transfer, ep, device, bus, setup_flag, _, seconds, micros, status, length, _, setup,
     _, _, _, count) = HEADER.unpack_from(raw)
    count = count if transfer == ISOCHRONOUS else 0
    table = [struct.unpack_from('<iII', raw, 64 + 16 * i) for i in range(count)]
    return Record(urb, kind.decode(), transfer, ep, device, bus, seconds + micros / 1e6, status,
                  length, setup if setup_flag == b'\0' and transfer == CONTROL else None,
                  raw[64 + 16 * count:], table, comment)


def records(path):
    return [record(raw, comment) for raw, comment in packets(path)]
