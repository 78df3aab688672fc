#!/usr/bin/python3
"""Compares what urbscope shows of HID with what tshark shows of the same records: the items of
report descriptors, the values of reports, the class requests.

    tests/peer/hid.py [--bin PATH] [--all] CAPTURE...      prints where they differ

The values of a field are compared as a whole, in the order in which they stand in the transfer. Of
a transfer for which tshark shows nothing of HID nothing is compared: it dissects reports only where
it saw the report descriptor. Deliberate differences stand in differences-hid.tsv: capture, field,
count of transfers, reason."""

import collections
import sys

import shown
import tshark

DIFFERENCES = tshark.ROOT / 'tests/peer/differences-hid.tsv'

ITEM = 'usbhid.item.'
# Items with a number: our key → tshark's field.
NUMBERS = {'usage_page': 'global.usage', 'usage': 'local.usage', 'usage_minimum': 'local.usage_min',
           'usage_maximum': 'local.usage_max', 'report_size': 'global.report_size',
           'report_id': 'global.report_id', 'report_count': 'global.report_count',
           'type': 'main.colltype', 'delimiter': 'local.delimiter'}
# Those that are signed.
SIGNED = {'logical_minimum': 'global.log_min', 'logical_maximum': 'global.log_max',
          'physical_minimum': 'global.phy_min', 'physical_maximum': 'global.phy_max'}
# Bits of Input, Output and Feature.
FLAGS = {'main.readonly': 0, 'main.variable': 1, 'main.relative': 2, 'main.wrap': 3,
         'main.nonlinear': 4, 'main.no_preferred_state': 5, 'main.nullstate': 6}
# Of reports.
VALUES = {'x': 'axis.x', 'y': 'axis.y', 'z': 'axis.z', 'rx': 'axis.rx', 'ry': 'axis.ry',
          'rz': 'axis.rz', 'slider': 'axis.slider', 'button': 'button', 'report_id': 'report_id'}
REQUEST = ['usbhid.setup.bRequest', 'usbhid.setup.ReportType', 'usbhid.setup.ReportID',
           'usbhid.setup.Duration']
NAMES = {1: 'GET_REPORT', 2: 'GET_IDLE', 3: 'GET_PROTOCOL', 9: 'SET_REPORT', 10: 'SET_IDLE',
         11: 'SET_PROTOCOL'}
KINDS = {1: 'input', 2: 'output', 3: 'feature'}

IN_ITEMS = [ITEM + f for f in [*NUMBERS.values(), *SIGNED.values(), *FLAGS]]
IN_REPORTS = ['usbhid.data.' + f for f in VALUES.values()]
FIELDS = ['frame.number', *IN_ITEMS, *IN_REPORTS, *REQUEST]


def items(fields):
    """{tshark's field: values} of a report descriptor's tree."""
    said = collections.defaultdict(list)
    for field in shown.flat(fields):
        key, value = field['key'], field['value']
        if key in NUMBERS and value is not None:
            said[ITEM + NUMBERS[key]].append(value)
        elif key in SIGNED:
            said[ITEM + SIGNED[key]].append(value or 0)
        elif key in ('input', 'output', 'feature'):
            for name, bit in FLAGS.items():
                said[ITEM + name].append(value >> bit & 1)
    return said


def values(fields):
    """The same of a report's."""
    said = collections.defaultdict(list)
    for field in shown.flat(fields):
        if field['key'] in VALUES and field['value'] is not None:
            said['usbhid.data.' + VALUES[field['key']]].append(field['value'])
    return said


def by_tshark(frames, names):
    said = collections.defaultdict(list)
    for frame in frames:
        for name in names:
            if frame[name]:
                said[name] += [tshark.number(v) for v in frame[name].split(',')]
    return said


def request_words(frame):
    """What the info line must have of a class request, by tshark."""
    number = {name: tshark.number(frame[name]) for name in REQUEST}
    words = [NAMES.get(number[REQUEST[0]], '?')]
    if number[REQUEST[1]]:
        words.append(KINDS.get(number[REQUEST[1]], f'type {number[REQUEST[1]]}'))
    if number[REQUEST[2]]:
        words.append(f' {number[REQUEST[2]]}')
    if number[REQUEST[3]]:
        words.append(f'every {4 * number[REQUEST[3]]} ms')
    return words


def compare(program, path, cache):
    """(number of values compared, {field: [(record, tshark's, ours)]})."""
    asked = shown.transfers(program, path, 'proto == hid')
    frames = tshark.ask_tshark(path, cache, FIELDS) if asked else []
    differences = collections.defaultdict(list)
    compared = 0
    for xfer, numbers in asked:
        numbers = [n for n in numbers if n <= len(frames)]
        seen = [frames[n - 1] for n in numbers]
        ours = [f for f in xfer.get('fields', []) if f['key'] != 'setup']
        for frame in seen:
            if frame[REQUEST[0]]:
                compared += 1
                missing = [w for w in request_words(frame) if w not in xfer['info']]
                if missing:
                    differences['request'].append((numbers[0], ', '.join(missing), xfer['info']))
        if any(f['key'] == 'hid_report_descriptor' for f in ours):
            mine, names = items(ours), IN_ITEMS
        else:
            mine, names = values(ours), IN_REPORTS
        theirs = by_tshark(seen, names)
        if not theirs:
            continue
        for name in names:
            compared += bool(mine.get(name) or theirs.get(name))
            if mine.get(name, []) != theirs.get(name, []):
                differences[name].append((numbers[-1], theirs.get(name), mine.get(name)))
    return compared, differences


if __name__ == '__main__':
    sys.exit(tshark.main(sys.modules[__name__]))
