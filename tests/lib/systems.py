"""systems: one device on two systems says the same. The standard requests of its enumeration, by
meaning and as sets, may differ by what each host's policy is, and by nothing else."""

import re

from house import Failed, Skipped, json_lines

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
            for name, a, b, x, y in DEVICES]


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
