"""systems: one device on two systems says the same. The standard requests of its enumeration, by
meaning and as sets, may differ by what each host's policy is, and by nothing else. And what only
captures from Windows have: requests rebuilt from functions, requests about pipes."""

import re
import struct
import tempfile

from house import Failed, Skipped, json_lines, run
import truth

# Captures of one device in $CORPUS, how its descriptor is told, and what only one host asks.
DEVICES = (
    ('1209:db42', '249-usb-windows.pcapng.gz', '220-usb-ubuntu.pcapng.gz',
     # Windows reads the names of functions, and sets alternate 0 of an interface it binds to.
     {'GET_DESCRIPTOR string 6 language 0x0409 → "Blue Pill Serial Port"',
      'SET_INTERFACE interface 1 alternate 0', 'SET_INTERFACE interface 3 alternate 0'},
     # Linux asks a full-speed device of USB 2.00 and later what it could do at high speed.
     {'GET_DESCRIPTOR device qualifier → not high-speed capable'}),
)


def jobs(house):
    house.need_program()
    return [(f'{a} and {b}', lambda d=(name, a, b, x, y): same(house, *d))
            for name, a, b, x, y in DEVICES] + \
        [('rebuilt requests', lambda: rebuilt(house)), ('requests about pipes', lambda: about(house))]


def same(house, name, first, second, only_first, only_second):
    if not house.corpus or not all((house.corpus / f).exists() for f in (first, second)):
        raise Skipped('needs the captures in $CORPUS')
    a, b = (conversation(house, house.corpus / f, name) for f in (first, second))
    for what, found, expected in ((first, a - b, only_first), (second, b - a, only_second)):
        if found != expected:
            raise Failed(f'{what} alone has {sorted(found - expected)}, '
                         f'no more {sorted(expected - found)}')
    if len(a & b) < 5:
        raise Failed(f'only {len(a & b)} requests in common')
    return len(a & b)


def conversation(house, path, name):
    """What the host asked the device and what it said: answers that are whole, refusals, orders."""
    control = [x for x in json_lines(house.checked_bin, [
        'list', '--json', '-f', 'type == control && setup.bmRequestType >= 0', path])
        if not x['setup']['bmRequestType'] & 0x60]
    address = next(((x['bus'], x['dev']) for x in control if name in x['info'] and x['dev']), None)
    if not address:
        raise Failed(f'{path.name}: no device {name}')
    return {meaning(x['info']) for x in control if (x['bus'], x['dev']) == address
            and not re.search(r'\d+ of \d+ bytes$', x['info'])}


def meaning(info):
    """Without how much was asked for, and without marking what was inferred."""
    return re.sub(r'→ \d+ of \d+: ', '→ ', info).replace('~', '')


# ---- Windows --------------------------------------------------------------------------------------

def rebuilt(house):
    """USBPcap rebuilds SET_INTERFACE from a function: ~ wherever it is told."""
    with truth.capture_of(house, ['-t', '249', 'tests/gen/iso-full.usb']) as file:
        text = run([house.checked_bin, 'list', '--episodes', '-v', file.name]).stdout.decode()
    said = re.findall(r'(\S*)SET_INTERFACE', text)
    if not said or set(said) != {'~'}:
        raise Failed(f'SET_INTERFACE is told with {said}')
    return len(said)


BULK, INFO, IN, ABORT_PIPE, BULK_TRANSFER = 3, 0xfe, 0x81, 2, 9


CONTROL, CONTROL_TRANSFER, COMPLETE = 2, 8, b'\3'


def usbpcap(irp, function, back, kind, data=b'', stage=b''):
    return struct.pack('<HQIHBHHBBI', 27 + len(stage), irp, 0, function, back, 1, 5, IN, kind,
                       len(data)) + stage + data


def about(house):
    """An aborted pipe's request stands among the endpoint's transfers, not for itself. And of a
    control transfer that began before the capture there are bytes, if no more."""
    records = [usbpcap(n, function, back, kind, b'ab' if back and kind == BULK else b'')
               for n, function, kind in ((1, BULK_TRANSFER, BULK), (2, ABORT_PIPE, INFO),
                                         (3, BULK_TRANSFER, BULK)) for back in (0, 1)]
    records.append(usbpcap(4, CONTROL_TRANSFER, 1, CONTROL, b'\0\1', COMPLETE))
    with tempfile.NamedTemporaryFile(prefix='urbscope-windows-') as file:
        file.write(struct.pack('<IHHIIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 249))
        for i, r in enumerate(records):
            file.write(struct.pack('<IIII', 1, i, len(r), len(r)) + r)
        file.flush()
        text = ''.join(run([house.checked_bin, 'show', n, file.name]).stdout.decode() for n in '24')
    wanted = ('ABORT_PIPE', 'before it 1 (ok, 2 bytes), after it 3 (ok, 2 bytes)',
              'setup not captured: 2 bytes: 00 01')
    for words in wanted:
        if words not in text:
            raise Failed(f'no "{words}" in {text!r}')
    return len(wanted)
