#!/usr/bin/python3
"""Compares what urbscope says about every record of an URB capture with what tshark says.

    tests/peer/tshark.py [--bin PATH] [--all] CAPTURE...      prints where they differ

Deliberate differences stand in differences.tsv: capture, field, count, reason; each with the exact
number of records it concerns, so that an entry that no longer holds fails as a new difference
does. tshark's answers are cached below build/peer, by the contents of the capture."""

import argparse
import collections
import gzip
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DIFFERENCES = ROOT / 'tests/peer/differences.tsv'

# Class dissectors have fields of their own for the same bytes.
DISSECTORS = ('usb', 'usbhub', 'usbhid', 'usbms')
SETUP = {m: [f'{d}.setup.{m}' for d in DISSECTORS]
         for m in ('bRequest', 'wValue', 'wIndex', 'wLength')}
SETUP['bmRequestType'] = ['usb.bmRequestType']
SETUP['bRequest'].append('usbvideo.setup.bRequest')
SETUP['wLength'].append('usbvideo.setup.wLength')

FIELDS = ('frame.number frame.time_epoch usb.bus_id usb.device_address usb.endpoint_address '
          'usb.transfer_type usb.urb_type usb.urb_status usb.urb_len usb.data_len usb.urb_id '
          'usb.request_in usb.irp_id usb.irp_info usb.usbd_status usb.control_stage '
          'usb.darwin.location_id usb.darwin.device_address usb.darwin.endpoint_address '
          'usb.darwin.endpoint_type usb.darwin.request_type usb.darwin.io_len '
          'usb.darwin.io_status usb.darwin.io_id').split() + sum(SETUP.values(), [])

# Link types whose headers both read field by field.
URB_LINKS = {189, 220, 249, 266}
TYPES = ('isochronous', 'interrupt', 'control', 'bulk')
DARWIN_TYPES = ('control', 'isochronous', 'bulk', 'interrupt')

# pcap in micro- and nanoseconds and both byte orders, pcapng; zstd is looked into by tshark.
MAGIC = [bytes.fromhex(m) for m in ('d4c3b2a1', 'a1b2c3d4', '4d3cb2a1', 'a1b23c4d', '0a0d0d0a')]
ZSTD = bytes.fromhex('28b52ffd')


class Unreadable(Exception):
    pass


# ---- tshark's side ------------------------------------------------------------------------------

def number(text):
    """The first of tshark's values as a number; None where it has none."""
    text = text.split(',')[0]
    if text.startswith("'"):
        return ord(text[1:2]) if text != "'\\000'" else 0
    return int(text, 0) if text else None


def nanoseconds(text):
    if not text:
        return None
    seconds, _, fraction = text.partition('.')
    return int(seconds) * 10**9 + int(fraction.ljust(9, '0'))


def is_pcap(path):
    """pcap or pcapng by content; of anything else tshark may make frames of its own invention."""
    start = path.read_bytes()[:4]
    if start[:2] == b'\x1f\x8b':
        with gzip.open(path) as unpacked:
            start = unpacked.read(4)
    return start in MAGIC or start == ZSTD


def ask_tshark(path, cache, fields=FIELDS):
    """One dict per frame."""
    if not is_pcap(path):
        raise Unreadable('neither pcap nor pcapng')
    content = hashlib.sha256(path.read_bytes() + repr(fields).encode()).hexdigest()
    stored = cache / f'{content[:32]}.tsv'
    if not stored.exists():
        arguments = ['tshark', '-n', '-r', str(path), '-T', 'fields']
        for field in fields:
            arguments += ['-e', field]
        done = subprocess.run(arguments, capture_output=True, timeout=300)
        if not done.stdout and done.returncode:
            lines = [line for line in done.stderr.decode('utf-8', 'replace').splitlines()
                     if 'Running as' not in line]
            raise Unreadable('tshark cannot read it: ' + (lines[0] if lines else '?'))
        cache.mkdir(parents=True, exist_ok=True)
        part = cache / f'{content[:32]}.{os.getpid()}.part'
        part.write_bytes(done.stdout)
        part.replace(stored)
    return [dict(zip(fields, line.split('\t')))
            for line in stored.read_text(encoding='utf-8', errors='replace').split('\n')[:-1]]


def common(frame, device, endpoint, kind, kinds_type, status, identity):
    return {'dev': device, 'ep': None if endpoint is None else endpoint & 15,
            'dir': None if endpoint is None else 'in' if endpoint & 0x80 else 'out',
            'kind': kind, 'type': kinds_type, 'raw_status': status, 'urb': identity,
            'request': number(frame['usb.request_in'])}


def linux(frame):
    kind = {'S': 'submit', 'C': 'complete', 'E': 'error'}.get(chr(number(frame['usb.urb_type'])))
    transfer_type = number(frame['usb.transfer_type'])
    said = common(frame, number(frame['usb.device_address']), number(frame['usb.endpoint_address']),
                  kind, TYPES[transfer_type] if transfer_type < 4 else 'unknown',
                  number(frame['usb.urb_status']),
                  number(frame['usb.urb_id']))
    return {**said, 'bus': number(frame['usb.bus_id']), 'urb_len': number(frame['usb.urb_len']),
            'data_len': number(frame['usb.data_len'])}


def windows(frame):
    back = number(frame['usb.irp_info']) & 1
    stage = number(frame['usb.control_stage'])
    # Only in a control transfer there is something between submission and completion.
    kind = {None: ('submit', 'complete')[back], 0: 'submit', 1: 'data', 2: 'complete',
            3: 'complete'}[stage]
    transfer_type = number(frame['usb.transfer_type'])
    endpoint = number(frame['usb.endpoint_address'])
    known = endpoint != 0xff
    said = common(frame, number(frame['usb.device_address']), endpoint if known else None, kind,
                  TYPES[transfer_type] if transfer_type < 4 else
                  'request' if transfer_type == 0xfe else 'unknown',
                  number(frame['usb.usbd_status']),
                  number(frame['usb.irp_id']))
    return {**said, 'bus': number(frame['usb.bus_id']), 'data_len': number(frame['usb.data_len'])}


def darwin(frame):
    kind = ('submit', 'complete')[number(frame['usb.darwin.request_type'])]
    transfer_type = number(frame['usb.darwin.endpoint_type'])
    said = common(frame, number(frame['usb.darwin.device_address']),
                  number(frame['usb.darwin.endpoint_address']), kind,
                  DARWIN_TYPES[transfer_type] if transfer_type < 4 else 'unknown',
                  number(frame['usb.darwin.io_status']),
                  number(frame['usb.darwin.io_id']))
    return {**said, 'bus': number(frame['usb.darwin.location_id']) >> 24,
            'urb_len': number(frame['usb.darwin.io_len'])}


# The field that tells a header of this system was dissected.
SYSTEMS = (('usb.urb_type', linux), ('usb.irp_info', windows), ('usb.darwin.io_id', darwin))


def tshark_says(frame):
    """What tshark knows of a frame: field → value; {} where it is no URB."""
    reader = next((r for field, r in SYSTEMS if frame[field]), None)
    if not reader:
        return {}
    said = reader(frame)
    for member, names in SETUP.items():
        values = [number(frame[n]) for n in names if frame[n]]
        if values:
            said[member] = values[0]
    return said


# ---- urbscope's side ----------------------------------------------------------------------------

def ask_urbscope(program, path):
    answers = []
    for what in (['--records'], []):
        done = subprocess.run([program, 'list', '--json', *what, str(path)], capture_output=True,
                              timeout=300)
        if done.returncode not in (0, 2):
            raise Unreadable(f'urbscope list ended with {done.returncode}')
        answers.append([json.loads(line, parse_float=str)
                        for line in done.stdout.decode('utf-8').splitlines()])
    return answers[0], {x['id']: x for x in answers[1]}


def urbscope_says(record, xfer):
    said = {key: record[key] for key in ('bus', 'dev', 'ep', 'dir', 'type', 'kind', 'raw_status',
                                         'urb_len', 'data_len')}
    said['urb'] = None if record['urb'] is None else int(record['urb'], 16)
    if xfer:
        said.update(xfer['setup'] or {})
    return said


# ---- comparison ---------------------------------------------------------------------------------

UNSIGNED = ('raw_status',)


def same(field, theirs, ours):
    if field in UNSIGNED and None not in (theirs, ours):
        return theirs & 0xffffffff == ours & 0xffffffff
    return theirs == ours


def partner(request, record, records, firsts):
    """The record that tshark names as the request, where ours is of the same transfer; else the
    first other record of the transfer before this one, None where there is none."""
    xfer = record['transfer']
    if xfer is None or record['kind'] == 'submit':
        return None
    if request and records[request - 1]['transfer'] == xfer:
        return request
    return firsts[xfer] if firsts[xfer] < record['n'] else None


def compare(program, path, cache):
    """(number of values compared, {field: [(record, tshark's, ours)]})."""
    frames = ask_tshark(path, cache)
    records, xfers = ask_urbscope(program, path)
    differences = collections.defaultdict(list)
    compared = 1
    if len(frames) != len(records):
        differences['records'].append((0, len(frames), len(records)))
    # The first record that has a time: simple packet blocks have none.
    times = (nanoseconds(f['frame.time_epoch']) for f in frames)
    start = next((t for t in times if t is not None), None)
    firsts = {}
    for record in records:
        firsts.setdefault(record['transfer'], record['n'])
    for frame, record in zip(frames, records):
        theirs = tshark_says(frame)
        ours = urbscope_says(record, xfers.get(record['transfer']))
        ours['request'] = partner(theirs.get('request'), record, records, firsts)
        if bool(theirs) != (record['link'] in URB_LINKS):
            differences['recognised'].append((record['n'], bool(theirs), record['link']))
            continue
        if record.get('bin') == 'injected':
            # Never on the bus, so of no transfer: tshark has requests and answers here.
            theirs = {k: v for k, v in theirs.items() if k not in SETUP and k != 'request'}
        time = nanoseconds(frame['frame.time_epoch'])
        if record['t'] is not None and time is not None:
            theirs['time'] = time - start
            ours['time'] = signed_nanoseconds(record['t'])
        for field, value in theirs.items():
            compared += 1
            if not same(field, value, ours.get(field)):
                differences[field].append((record['n'], value, ours.get(field)))
    return compared, differences


def signed_nanoseconds(text):
    text = str(text)
    return -nanoseconds(text[1:]) if text.startswith('-') else nanoseconds(text)


def deliberate(file=DIFFERENCES):
    """{capture: {field: count}} from differences.tsv."""
    table = collections.defaultdict(dict)
    lines = file.read_text(encoding='utf-8').splitlines() if file.exists() else []
    for line in lines:
        if line and not line.startswith('#'):
            capture, field, count, reason = line.split('\t')
            if not reason.strip() or field in table[capture]:
                raise ValueError(f'{file.name}: no reason, or twice: {line}')
            table[capture][field] = int(count)
    return table


def verdict(path, differences, file=DIFFERENCES):
    """Lines that say what is not as differences.tsv has it."""
    expected = deliberate(file)[path.name]
    lines = []
    for field in sorted(set(expected) | set(differences)):
        found = differences.get(field, [])
        if len(found) == expected.get(field, 0):
            continue
        text = f'{field}: {len(found)} differences, {expected.get(field, 0)} deliberate'
        if found:
            record, theirs, ours = found[0]
            text += f'; record {record}: tshark {theirs}, urbscope {ours}'
        lines.append(text)
    return lines


def main(comparison):
    """comparison: the module that compares, with its compare() and DIFFERENCES."""
    parser = argparse.ArgumentParser(description=re.split(r'\n\n', comparison.__doc__)[0])
    parser.add_argument('captures', nargs='+', type=pathlib.Path)
    parser.add_argument('--bin', default=str(ROOT / 'build/urbscope'))
    parser.add_argument('--cache', type=pathlib.Path, default=ROOT / 'build/peer')
    parser.add_argument('--all', action='store_true', help='every difference, deliberate or not')
    options = parser.parse_args()
    bad = 0
    for path in options.captures:
        try:
            compared, differences = comparison.compare(options.bin, path, options.cache)
        except Unreadable as reason:
            print(f'{path.name}: {reason}')
            continue
        lines = verdict(path, differences, comparison.DIFFERENCES)
        if options.all:
            lines = [f'{field}\t{len(found)}\t' + ' '.join(f'{n}:{t}/{o}' for n, t, o in found[:6])
                     for field, found in sorted(differences.items())]
        for line in lines:
            print(f'{path.name}: {line}')
        print(f'{path.name}: {compared} values compared')
        bad += bool(lines)
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main(sys.modules[__name__]))
