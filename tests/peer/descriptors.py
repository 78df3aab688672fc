#!/usr/bin/python3
"""Compares every descriptor field that urbscope shows of captured GET_DESCRIPTOR answers with what
tshark shows of the same record.

    tests/peer/descriptors.py [--bin PATH] [--all] CAPTURE...      prints where they differ

The values of a field are compared as a whole, in the order in which they stand in the answer. An
answer of which tshark shows nothing at all is one difference, "answer".
Deliberate differences stand in differences-descriptors.tsv, as in differences.tsv: capture, field,
count of answers, reason."""

import collections
import json
import pathlib
import subprocess
import sys

import tshark

DIFFERENCES = tshark.ROOT / 'tests/peer/differences-descriptors.tsv'

SAME_NAME = ('bLength bDescriptorType bcdUSB bDeviceClass bDeviceSubClass bDeviceProtocol '
             'bMaxPacketSize0 idVendor idProduct bcdDevice iManufacturer iProduct iSerialNumber '
             'bNumConfigurations wLANGID bString bInterfaceNumber bAlternateSetting bNumEndpoints '
             'bInterfaceClass bInterfaceSubClass bInterfaceProtocol iInterface bEndpointAddress '
             'wMaxPacketSize bInterval bMaxBurst wBytesPerInterval wTotalLength bNumInterfaces '
             'bConfigurationValue iConfiguration bMaxPower bFirstInterface bInterfaceCount '
             'bFunctionClass bFunctionSubClass bFunctionProtocol iFunction').split()

# (parent, key) of ours, or key alone → tshark's field.
NAMES = {name: f'usb.{name}' for name in SAME_NAME}
NAMES.update({('configuration', 'bmAttributes'): 'usb.configuration.bmAttributes',
              ('endpoint', 'bmAttributes'): 'usb.bmAttributes',
              ('ss_endpoint_companion', 'bmAttributes'): 'usb.bmAttributes',
              'self_powered': 'usb.configuration.selfpowered',
              'remote_wakeup': 'usb.configuration.remotewakeup',
              'transfer_type': 'usb.bmAttributes.transfer',
              'synchronization_type': 'usb.bmAttributes.sync',
              'usage_type': 'usb.bmAttributes.behaviour',
              ('bEndpointAddress', 'number'): 'usb.bEndpointAddress.number',
              ('bEndpointAddress', 'direction'): 'usb.bEndpointAddress.direction',
              ('wMaxPacketSize', 'size'): 'usb.wMaxPacketSize.size',
              'bcdHID': 'usbhid.descriptor.hid.bcdHID',
              'bCountryCode': 'usbhid.descriptor.hid.bCountryCode',
              'bNumDescriptors': 'usbhid.descriptor.hid.bNumDescriptors',
              ('entry', 'bDescriptorType'): 'usbhid.descriptor.hid.bDescriptorType',
              'wDescriptorLength': 'usbhid.descriptor.hid.wDescriptorLength'})
FIELDS = ['frame.number', *dict.fromkeys(NAMES.values())]
GET_DESCRIPTOR = 6
# What tshark 4.0 dissects: those by chapter 9 of USB 2.0, and what comes in a configuration.
TYPES = (1, 2, 3)


def shown_by_tshark(frames):
    """{tshark's field: its values as one text} of an answer; texts may have commas themselves."""
    said = {}
    for frame in frames:
        for field in FIELDS[1:]:
            if frame[field]:
                text = frame[field] if field == 'usb.bString' else \
                    ','.join(str(tshark.number(v)) for v in frame[field].split(','))
                said[field] = said[field] + ',' + text if field in said else text
    return said


def shown_by_urbscope(fields, parent='', said=None):
    """The same of a field tree. What has no value was not read, or is a heading."""
    said = collections.defaultdict(list) if said is None else said
    for field in fields:
        key = field['key']
        name = NAMES.get((parent, key)) or NAMES.get(key)
        if name and field['value'] is not None:
            said[name].append(str(field['value']))
        shown_by_urbscope(field.get('fields', []), key, said)
    return said


def answers(program, path):
    """(transfer, numbers of the records that can hold its answer) of each GET_DESCRIPTOR."""
    lists = []
    for arguments in (['--records'], ['-v', '--no-ids']):
        done = subprocess.run([program, 'list', '--json', *arguments, str(path)],
                              capture_output=True, timeout=300)
        if done.returncode not in (0, 2):
            raise tshark.Unreadable(f'urbscope list ended with {done.returncode}')
        lists.append([json.loads(line) for line in done.stdout.decode('utf-8').splitlines()])
    records = collections.defaultdict(list)
    for record in lists[0]:
        if record['kind'] != 'submit':  # tshark shows the type that was asked for there
            records[record['transfer']].append(record['n'])
    for xfer in lists[1]:
        setup = xfer['setup']
        if setup and setup['bmRequestType'] & 0xe0 == 0x80 and xfer['len'] \
                and setup['bRequest'] == GET_DESCRIPTOR and setup['wValue'] >> 8 in TYPES:
            yield xfer, records[xfer['id']]


def compare(program, path, cache):
    """(number of values compared, {field: [(record, tshark's, ours)]})."""
    frames = tshark.ask_tshark(path, cache, FIELDS)
    differences = collections.defaultdict(list)
    compared = 0
    for xfer, numbers in answers(program, path):
        theirs = shown_by_tshark([frames[n - 1] for n in numbers if n <= len(frames)])
        ours = shown_by_urbscope([f for f in xfer['fields'] if f['key'] != 'setup'])
        if ours and not theirs:
            differences['answer'].append((numbers[-1], None, len(ours)))
            continue
        for field in FIELDS[1:]:
            mine, yours = ','.join(ours.get(field, [])), theirs.get(field, '')
            compared += bool(mine or yours)
            if mine != yours:
                differences[field].append((numbers[-1], yours, mine))
    return compared, differences


if __name__ == '__main__':
    sys.exit(tshark.main(sys.modules[__name__]))
