#!/usr/bin/python3
"""Compares what urbscope shows of requests to hubs (feature, port, port status and its bits) with what
tshark shows of the same records.

    tests/peer/hubs.py [--bin PATH] [--all] CAPTURE...      prints where they differ

tshark shows the features and ports of hubs it knows as such, in the submission, and the status in the
completion, always by USB 2.0 table 11-21. Deliberate differences stand in differences-hubs.tsv, as in
differences.tsv: capture, field, count of transfers, reason."""

import sys

import shown
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


def shown_by_urbscope(xfer):
    said = {}
    for field in shown.flat(f for f in xfer['fields'] if f['key'] != 'setup'):
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


def compare(program, path, cache):
    """See shown.compare()."""
    asked = [(xfer, numbers) for xfer, numbers
             in shown.transfers(program, path, 'proto == hub and type == control')
             if xfer['setup']['bRequest'] in (0, 1, 3)]
    frames = tshark.ask_tshark(path, cache, FIELDS) if asked else []
    return shown.compare(asked, frames, lambda frames, xfer: (shown_by_tshark(frames),
                                                              shown_by_urbscope(xfer)), 'request')


if __name__ == '__main__':
    sys.exit(tshark.main(sys.modules[__name__]))
