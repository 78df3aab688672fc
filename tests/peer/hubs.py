#!/usr/bin/python3
"""Compares what urbscope shows of requests to hubs (feature, port, port status and its bits) with what
tshark shows of the same records.

    tests/peer/hubs.py [--bin PATH] [--all] CAPTURE...      prints where they differ

tshark shows the features and ports of hubs it knows as such, in the submission, and the status in the
completion, always by USB 2.0 table 11-21. Deliberate differences stand in differences-hubs.tsv, as in
differences.tsv: capture, field, count of transfers, reason."""

import collections
import json
import pathlib
import subprocess
import sys

import tshark

DIFFERENCES = tshark.ROOT / 'tests/peer/differences-hubs.tsv'

# Key of ours → tshark's field.
NAMES = {'port': 'usbhub.setup.Port',
         'PORT_CONNECTION': 'usbhub.status.port.connection',
         'PORT_ENABLE': 'usbhub.status.port.enable',
         'PORT_SUSPEND': 'usbhub.status.port.suspend',
         'PORT_OVER_CURRENT': 'usbhub.status.port.overcurrent',
         'PORT_RESET': 'usbhub.status.port.reset',
         'PORT_POWER': 'usbhub.status.port.power',
         'PORT_TEST': 'usbhub.status.port.test',
         'PORT_INDICATOR': 'usbhub.status.port.indicator',
         'C_PORT_CONNECTION': 'usbhub.change.port.connection',
         'C_PORT_ENABLE': 'usbhub.change.port.enable',
         'wPortStatus': 'usbhub.status.port',
         'wPortChange': 'usbhub.change.port'}
PORT, HUB = 'usbhub.setup.PortFeatureSelector', 'usbhub.setup.HubFeatureSelector'
LOW, HIGH = 'usbhub.status.port.low_speed', 'usbhub.status.port.high_speed'
FIELDS = ['frame.number', *NAMES.values(), PORT, HUB, LOW, HIGH]


def shown_by_tshark(frames):
    said = {}
    for frame in frames:
        for field in FIELDS[1:]:
            if frame[field]:
                said[field] = str(tshark.number(frame[field]))
    return said


def flat(fields):
    for field in fields:
        yield field
        yield from flat(field.get('fields', []))


def shown_by_urbscope(xfer):
    said = {}
    for field in flat(f for f in xfer['fields'] if f['key'] != 'setup'):
        key, value = field['key'], field['value']
        if value is None:
            continue
        if key in NAMES:
            said[NAMES[key]] = str(value)
        elif key == 'feature':
            said[HUB if xfer['setup']['bmRequestType'] == 0x20 else PORT] = str(value)
        elif key == 'speed':  # of a SuperSpeed port these bits are others
            said[LOW], said[HIGH] = str(value & 1), str(value >> 1 & 1)
    return said


def requests(program, path):
    """(transfer, numbers of its records) of each request to a hub."""
    lists = []
    for arguments in (['--records'], ['-v', '--no-ids', '-f', 'proto == hub and type == control']):
        done = subprocess.run([program, 'list', '--json', *arguments, str(path)],
                              capture_output=True, timeout=300)
        if done.returncode not in (0, 2):
            raise tshark.Unreadable(f'urbscope list ended with {done.returncode}')
        lists.append([json.loads(line) for line in done.stdout.decode('utf-8').splitlines()])
    records = collections.defaultdict(list)
    for record in lists[0]:
        records[record['transfer']].append(record['n'])
    for xfer in lists[1]:
        if xfer['setup']['bRequest'] in (0, 1, 3):
            yield xfer, records[xfer['id']]


def compare(program, path, cache):
    """(number of values compared, {field: [(record, tshark's, ours)]})."""
    asked = list(requests(program, path))
    differences = collections.defaultdict(list)
    compared = 0
    frames = tshark.ask_tshark(path, cache, FIELDS) if asked else []
    for xfer, numbers in asked:
        theirs = shown_by_tshark([frames[n - 1] for n in numbers if n <= len(frames)])
        ours = shown_by_urbscope(xfer)
        if ours and not theirs:
            differences['request'].append((numbers[-1], None, len(ours)))
            continue
        for field in FIELDS[1:]:
            mine, yours = ours.get(field, ''), theirs.get(field, '')
            compared += bool(mine or yours)
            if mine != yours:
                differences[field].append((numbers[-1], yours, mine))
    return compared, differences


if __name__ == '__main__':
    sys.exit(tshark.main(sys.modules[__name__]))
