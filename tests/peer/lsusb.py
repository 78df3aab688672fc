#!/usr/bin/python3
"""Standard descriptors as `lsusb -v` shows them against `urbscope devices --descriptors` of the same
devices' sysfs dumps. Not part of the suites (it needs usbutils); by hand:

    tests/vm/batch -p /usr/bin/lsusb lsusb DIRECTORY
    tests/peer/lsusb.py build/urbscope DIRECTORY/lsusb

Prints each list of values that differs and a count; exit 1 when there are any."""

import json
import pathlib
import re
import subprocess
import sys

SAME = ('bcdUSB bDeviceClass bDeviceSubClass bDeviceProtocol bMaxPacketSize0 idVendor idProduct '
        'bcdDevice iManufacturer iProduct iSerialNumber bNumConfigurations wTotalLength '
        'bNumInterfaces bConfigurationValue iConfiguration bmAttributes bMaxPower '
        'bInterfaceNumber bAlternateSetting bNumEndpoints bInterfaceClass bInterfaceSubClass '
        'bInterfaceProtocol iInterface bEndpointAddress wMaxPacketSize bInterval').split()
LSUSB_NAMES = {'iSerial': 'iSerialNumber', 'MaxPower': 'bMaxPower'}
STANDARD = ('device', 'configuration', 'interface', 'endpoint')


def number(key, text):
    if key.startswith('bcd'):
        major, minor = text.split('.')
        return int(major, 16) << 8 | int(minor, 16)
    return int(text[:-2]) // 2 if text.endswith('mA') else int(text, 0)


def lsusb_devices(text):
    """(bus, device) → key → values, of standard descriptors."""
    found, values, standard = {}, None, False
    for line in text.splitlines():
        device = re.match(r'Bus (\d+) Device (\d+):', line)
        heading = re.match(r'\s*(\S.*):\s*$', line)
        field = re.match(r'\s+(\w+)\s+(\S+)', line)
        if device:
            values = found.setdefault((int(device[1]), int(device[2])), {})
        elif heading:
            standard = heading[1] in [f'{s.capitalize()} Descriptor' for s in STANDARD]
        elif field and standard:
            key = LSUSB_NAMES.get(field[1], field[1])
            if key in SAME:
                values.setdefault(key, []).append(number(key, field[2]))
    return found


def urbscope_values(program, dump):
    said = json.loads(subprocess.run([program, 'devices', '--json', '--descriptors', dump],
                                     check=True, capture_output=True).stdout)
    values = {}

    def walk(field, standard):
        children = field.get('fields', [])
        if any(c['key'] == 'bDescriptorType' for c in children):
            standard = field['key'] in STANDARD
        elif standard and field['key'] in SAME:
            values.setdefault(field['key'], []).append(field['value'])
        for child in children:
            walk(child, standard)

    for field in said['fields']:
        walk(field, False)
    return values


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    theirs = lsusb_devices((folder / 'lsusb.txt').read_text(errors='replace'))
    compared = different = 0
    for line in (folder / 'index').read_text().splitlines():
        name, bus, device = line.split()
        ours, others = urbscope_values(program, folder / f'{name}.bin'), theirs[int(bus), int(device)]
        for key in SAME:
            compared += len(others.get(key, []))
            if ours.get(key, []) != others.get(key, []):
                different += 1
                print(f'{name} {key}: urbscope {ours.get(key)}, lsusb {others.get(key)}')
    print(f'{compared} values compared, {different} lists differ')
    return 1 if different or not compared else 0


sys.exit(main())
