"""peer, storage, descriptors, hid, hubs, records: urbscope against tshark and libpcap on the same
captures."""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

from house import Failed, ROOT, Skipped, command_line, first_line, run, shown

sys.path.insert(0, str(ROOT / 'tests/peer'))
import descriptors as descriptor_comparison
import hid as hid_comparison
import hubs as hub_comparison
import storage as storage_comparison
import tshark as comparison
from captures import named


def tshark(house):
    """What is said of every record."""
    return beside_tshark(house, comparison)


def storage(house):
    """Wrappers, information units, commands, answers, sense data of mass storage."""
    return beside_tshark(house, storage_comparison)


def descriptors(house):
    return beside_tshark(house, descriptor_comparison, of_packets=False)


def hid(house):
    """Items of report descriptors, values of reports, class requests."""
    return beside_tshark(house, hid_comparison, of_packets=False)


def hubs(house):
    """Requests to hubs: features, ports, status."""
    return beside_tshark(house, hub_comparison, of_packets=False)


def beside_tshark(house, peer, of_packets=True):
    """A job for each capture, and one for the table of deliberate differences."""
    house.need_program()
    return [(named(p), lambda p=p: check_beside_tshark(house, peer, p, of_packets))
            for p in house.all_captures()] + \
        [(peer.DIFFERENCES.name, lambda: check_table(house, peer.DIFFERENCES))]


def stat_of(house, path):
    return json.loads(run([house.bin, 'stat', '--json', path]).stdout or b'{}')


def holds_packets(stat):
    return any(288 <= (t['link'] or 0) <= 295 for t in stat.get('links', ()))


def check_beside_tshark(house, peer, path, of_packets):
    if not shutil.which('tshark'):
        raise Skipped('tshark is not installed')
    stat = stat_of(house, path)
    if not of_packets and holds_packets(stat):
        raise Skipped('packets: tshark shows each field again in the packets it came in')
    if peer is not comparison and stat.get('written_by') == 'usbmon-early':
        raise Skipped('tshark takes this layout of link type 186 for FreeBSD\'s')
    try:
        compared, differences = peer.compare(house.bin, path, house.build / 'peer')
    except comparison.Unreadable as reason:
        raise Skipped(str(reason)) from None
    lines = comparison.verdict(path, differences, peer.DIFFERENCES)
    if lines:
        raise Failed('; '.join(lines), f'tests/peer/{peer.__name__}.py --all --bin '
                     f'{shown(house.bin)} {shown(path)}')
    return compared or 1


def check_table(house, table):
    """Every capture the table names is one that was compared."""
    known = {p.name for p in house.all_captures()}
    gone = sorted(set(comparison.deliberate(table)) - known)
    if gone and house.corpus:
        raise Failed('entries for captures that do not exist: ' + ', '.join(gone))
    if gone:
        raise Skipped(f'$CORPUS is not there: {len(gone)} captures of {table.name} not compared')


def records(house):
    """libpcap's records and the reader's: the same numbers, times, lengths and bytes."""
    tools = [house.build / 'tests' / name for name in ('libpcap_records', 'reader_records')]
    if any(not (ROOT / 'tests/peer' / f'{t.name}.c').exists() for t in tools):
        return []
    missing = [shown(t) for t in tools if not t.exists()]
    if missing:
        raise Failed(f'{missing[0]} is not built')
    return [(named(p), lambda p=p: check_records(*tools, p)) for p in house.all_captures()]


def check_records(peer, reader, path):
    with tempfile.TemporaryDirectory(prefix='urbscope-records-') as folder:
        plain = unpacked(path, pathlib.Path(folder))
        theirs = run([peer, plain])
        if theirs.returncode == 3:
            raise Skipped('libpcap refuses it: ' + first_line(theirs.stderr))
        ours = run([reader, path])
        in_blocks = run([reader, path, '4096'])
    more = command_line([reader, path])
    if in_blocks.stdout != ours.stdout:
        raise Failed('differs when read in blocks of 4096', more + ' 4096')
    wanted, got = (comparable(t.stdout, big_endian(path)) for t in (theirs, ours))
    # A file that libpcap gives up on is compared as far as it came.
    if theirs.returncode:
        got = got[:len(wanted)]
    differing = [n for n, (a, b) in enumerate(zip(wanted, got), 1) if a != b]
    if differing or len(wanted) != len(got):
        raise Failed(f'libpcap has {len(wanted)} records, urbscope {len(got)}; '
                     f'{len(differing)} differ {differing[:3]}', more)


def unpacked(path, folder):
    """libpcap reads no compressed files."""
    packers = {b'\x1f\x8b': 'gzip', b'\x28\xb5': 'zstd'}
    packer = packers.get(path.read_bytes()[:2])
    if not packer:
        return path
    plain = folder / path.name
    with open(path, 'rb') as packed, open(plain, 'wb') as out:
        subprocess.run([packer, '-dc'], stdin=packed, stdout=out, stderr=subprocess.DEVNULL)
    return plain


def big_endian(path):
    return path.read_bytes()[:4] == bytes.fromhex('a1b2c3d4')


def comparable(text, big):
    """Time, link type, lengths and the hash of the bytes. Not the number: libpcap leaves out custom
    blocks (link types of ours, above 65535), so all that follow count differently. Not the hash in
    big-endian files, whose usbmon headers libpcap turns round."""
    lines = [line.split()[1:] for line in text.decode().splitlines()]
    return [line[:-1] if big else line for line in lines if int(line[1]) < 65536]
