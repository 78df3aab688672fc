"""devices, access: what is told of devices at each point of a story, and that looking a transfer up
gives what streaming gave."""

import json
import re
import tempfile

from captures import named
from house import Failed, ROOT, Skipped, command_line, first_line, json_lines, run, shown
from truth import TYPES, capture_of

STORY = 'tests/gen/devices.usb'

# Product ids of the story's devices.
STICK, MODEM, MOUSE, CAMERA = 0x10, 0x11, 0x12, 0x13


# ---- access -------------------------------------------------------------------------------------

def access(house):
    program = (house.sanitized if house.sanitizing else house.build) / 'tests/access'
    if not program.exists():
        raise Failed(f'{shown(program)} is not built')
    stories = [ROOT / f'tests/gen/{name}.usb' for name in ('devices', 'formats')]
    return [(named(p), lambda p=p: check_access(program, p)) for p in house.all_captures()] + \
        [(f'{d.stem} as {t}', lambda d=d, t=t: check_generated(house, program, d, t))
         for d in stories for t in TYPES] + \
        [(f'{d.stem} as bus', lambda d=d: check_generated(house, program, d, 'bus'))
         for d in sorted((ROOT / 'tests/gen').glob('bus-*.usb'))]


def check_access(program, path):
    done = run([program, path], timeout=600)
    if done.returncode == 3:
        raise Skipped(first_line(done.stderr))
    if done.returncode:
        raise Failed(first_line(done.stderr), command_line([program, path]))
    return int(done.stdout) or 1


def check_generated(house, program, description, link_type):
    with capture_of(house, ['-t', link_type, shown(description)]) as file:
        return check_access(program, file.name)


# ---- devices: the story --------------------------------------------------------------------------

def jobs(house):
    house.need_program()
    checks = (instances, filters, learnt, tree, same_in_all_formats, from_capture, from_dump,
              nothing_from_a_wrong_file, port_paths, bandwidth_by_speed, told_apart, hub_without_descriptors, translators,
              translators_of_an_address_in_use_again)
    return [(check.__name__.replace('_', ' '), lambda check=check: check(house))
            for check in checks]


class Story:
    """The story as a capture, and what is said of it."""

    def __init__(self, house, link_type='220'):
        self.program = house.checked_bin
        self.file = capture_of(house, ['-t', link_type, STORY])

    def list(self, *arguments):
        return json_lines(self.program, ['list', '--json', *arguments, self.file.name])

    def devices(self, *arguments):
        arguments = ['devices', '--json', '--no-ids', *arguments, self.file.name]
        return json_lines(self.program, arguments)[0]['devices']


def expect(what, wanted, got):
    if wanted != got:
        raise Failed(f'{what}: {got!r}, expected {wanted!r}')


def ids(xfers):
    return [x['id'] for x in xfers]


def instances(house):
    """Each transfer's device: the number says which occupant of an address it was."""
    found = []
    for x in Story(house).list():
        if (x['dev'], x['device']) not in found:
            found.append((x['dev'], x['device']))
    expect('address and device', [(3, 1), (0, 2), (4, 3), (0, 4), (4, 5), (5, 6), (0, 7), (5, 8)],
           found)
    previous = {d['device']: d['previous'] for d in Story(house).devices()}
    expect('previous', {1: None, 2: None, 3: None, 4: None, 5: 3, 6: None, 7: None, 8: 6}, previous)
    return 2


def filters(house):
    """What was known when a transfer began decides; the transfer that tells is too early."""
    story = Story(house)
    expect('of the stick', [4, 5, 6, 39, 40, 41], ids(story.list('-f', f'pid == {STICK}')))
    expect('of the camera', list(range(43, 61)), ids(story.list('-f', f'pid == {CAMERA}')))
    expect('of the mouse', [34, 35, 36, 37], ids(story.list('-f', f'pid == {MOUSE}')))
    expect('storage', [6], ids(story.list('-f', 'class == storage')))
    expect('video', [47, 49, 52, 54, 57, 59], ids(story.list('-f', 'class == video')))
    expect('high speed from the packet size', [6, 39, 40, 41],
           ids(story.list('-f', 'speed == high && dev == 3')))
    return 6


def learnt(house):
    """With --learn the same devices are known from the beginning, and numbered the same."""
    story = Story(house)
    first, second = story.list(), story.list('--learn')
    expect('devices', [x['device'] for x in first], [x['device'] for x in second])
    expect('of the stick', [1, 2, 3, 4, 5, 6, 39, 40, 41],
           ids(story.list('--learn', '-f', f'pid == {STICK}')))
    expect('storage', [1, 2, 6], ids(story.list('--learn', '-f', 'class == storage')))
    expect('of the mouse', [32, 33, 34, 35, 36, 37],
           ids(story.list('--learn', '-f', f'pid == {MOUSE}')))
    expect('of the camera', list(range(42, 61)),
           ids(story.list('--learn', '-f', f'pid == {CAMERA}')))
    return 5


def summary(device):
    used = [(f['bInterfaceNumber'], f['bAlternateSetting'], f['in_use'], e['ep'],
             e['wMaxPacketSize'], e['transfers'])
            for f in device['interfaces'] for e in f['endpoints']]
    return (device['dev'], device['idProduct'], device['speed'], device['speed_from'],
            device['configuration'] and device['configuration']['inferred'], used)


SIZES = 'its packet sizes'
TREE = [
    (0, MODEM, None, None, None, []),
    (0, MODEM, None, None, None, []),
    (0, None, None, None, None, []),
    (3, STICK, 'high', SIZES, True, [(0, 0, True, 1, 512, 2), (0, 0, True, 2, 512, 1)]),
    (4, MODEM, 'full', SIZES, False, [(0, 0, True, 1, 64, 1)]),
    (4, MODEM, 'full', SIZES, False, [(0, 0, True, 1, 64, 2)]),
    (5, MOUSE, None, None, False, [(0, 0, True, 1, 8, 1)]),
    (5, CAMERA, 'high', SIZES, False, [(0, 1, False, 1, 512, 3), (0, 2, False, 1, 1024, 3)]),
]


def in_order(devices):
    return sorted(devices, key=lambda d: (d['dev'], d['device']))


def tree(house):
    """Settings that were in use keep their transfers; every transfer is some endpoint's."""
    story = Story(house)
    devices = in_order(story.devices())
    for wanted, device in zip(TREE, devices):
        expect(f'device {device["device"]}', wanted, summary(device))
    expect('number of devices', len(TREE), len(devices))
    xfers = story.list()
    for device in devices:
        mine = sum(x['device'] == device['device'] for x in xfers)
        ends = [e for f in device['interfaces'] for e in f['endpoints']] + device['other_endpoints']
        expect(f'transfers of device {device["device"]}', (mine, mine),
               (device['transfers'], sum(e['transfers'] for e in ends)))
        expect('errors', sum(x['device'] == device['device'] and x['status'] == 'stall'
                             for x in xfers), sum(e['errors'] for e in ends))
    return 3 * len(TREE)


def same_in_all_formats(house):
    """Windows, macOS and FreeBSD number buses and show resets in other ways, but the devices are
    the same, and what they told."""
    def told(link_type):
        return {(d['dev'], d['idProduct'], d['strings'] and d['strings']['product'],
                 tuple((f['bInterfaceNumber'], f['bAlternateSetting'], f['bInterfaceClass'])
                       for f in d['interfaces']))
                for d in Story(house, link_type).devices() if d['dev'] and d['idProduct']}
    wanted = told('220')
    whole = [t for t in TYPES if not t.startswith('text')]  # debugfs keeps 32 bytes of an answer
    for link_type in whole:
        expect(link_type, wanted, told(link_type))
    return len(whole)


# ---- devices: what is known before ----------------------------------------------------------------

LATE = """
device any {
	bus 2
	address 7
	config 1 0x80 100
	interface 0 0 8 6 0x50
	endpoint 0x81 bulk 512 0
}
bulk any in 1 64
"""
FILTER = ['list', '--json', '-f', 'pid == 2 && class == storage']


class Late:
    """A capture in which nothing is told of device 2.7."""

    def __init__(self, house):
        self.description = tempfile.NamedTemporaryFile('w', prefix='urbscope-late-', suffix='.usb')
        self.description.write(LATE)
        self.description.flush()
        self.file = capture_of(house, ['-t', '220', self.description.name])
        self.program = house.checked_bin
        self.path = self.file.name

    def known(self, *arguments):
        return len(json_lines(self.program, [*FILTER, *arguments, self.path]))


def from_capture(house):
    late = Late(house)
    expect('without', 0, late.known())
    expect('from a capture', 1, late.known('--descriptors', 'captures/disk.pcapng'))
    expect('from another one', 0, late.known('--descriptors', 'captures/keyboard.pcap'))
    expect('from both', 1, late.known('--descriptors', 'captures/keyboard.pcap', '--descriptors',
                                      'captures/disk.pcapng'))
    expect('with learning', 1, late.known('--learn', '--descriptors', 'captures/disk.pcapng'))
    return 5


def descriptor_bytes(house):
    """Device and configuration of disk.pcapng."""
    def answer(length):
        found = json_lines(house.checked_bin, ['list', '--json', '-f', 'setup.bRequest == 6 && '
                                               f'len == {length}', 'captures/disk.pcapng'])
        said, = json_lines(house.checked_bin, ['show', '--json', str(found[0]['id']),
                                               'captures/disk.pcapng'])
        return bytes.fromhex(said['data'])
    return answer(18) + answer(32)


def from_dump(house):
    late, dump = Late(house), descriptor_bytes(house)
    expect('length', 50, len(dump))
    texts = (dump, dump.hex(' ').encode(),
             ', '.join(f'0x{b:02x}' for b in dump).encode() + b'\n',
             '\n'.join(f'{i:07o} ' + dump[i:i + 16].hex(' ') for i in range(0, 50, 16)).encode()
             + b'\n0000062\n')
    for number, text in enumerate(texts):
        with tempfile.NamedTemporaryFile(prefix='urbscope-dump-') as file:
            file.write(text)
            file.flush()
            expect(f'dump {number}', 1, late.known('--descriptors', f'2.7={file.name}'))
            expect('of another device', 0, late.known('--descriptors', f'2.8={file.name}'))
            expect('with learning', 1,
                   late.known('--learn', '--descriptors', f'2.7={file.name}'))
            as_text = run([house.checked_bin, 'devices', '--no-ids', '--descriptors', file.name])
            if b'idVendor' not in as_text.stdout or b'endpoint' not in as_text.stdout:
                raise Failed(f'devices --descriptors does not decode dump {number}')
    return 4 * len(texts)


def nothing_from_a_wrong_file(house):
    late = Late(house)
    for spec in ('/nonexistent', '2.7=/nonexistent', '2.7=captures/disk.pcapng', 'Makefile'):
        done = run([house.checked_bin, 'list', '--descriptors', spec, late.path])
        if done.returncode != 2 or not done.stderr or done.stdout:
            raise Failed(f'--descriptors {spec}: exit code {done.returncode}, '
                         f'{first_line(done.stderr)!r}')
    return 4


# QEMU ends its devices' serial numbers with the place where they were plugged in.
PLACE = re.compile(r'\d+-[0-9a-f]{4}:[0-9a-f:.]+-([\d.]+)')


def port_paths(house):
    """Where requests to hubs (or injected records) place a device is where QEMU says that it is."""
    checks = 0
    for path in sorted((ROOT / 'captures').glob('usbmon-*.pcapng')):
        said = json_lines(house.bin, ['devices', '--json', '--no-ids', path])[0]
        for device in said['devices']:
            place = PLACE.fullmatch((device['strings'] or {}).get('serial') or '')
            if place:
                expect(f'{path.name}: port path of device {device["device"]}',
                       f'{device["bus"]}-{place[1]}', device['port_path'])
                checks += 1
    expect('devices whose place is known', True, checks >= 20)
    return checks


def bandwidth_by_speed(house):
    """Endpoints of full and high speed on one bus hold frames and microframes, each its own."""
    with capture_of(house, ['-t', '288', STORY]) as file:
        told = json.loads(run([house.bin, 'stat', '--json', file.name]).stdout)
    held = [(b['speed'], b['frame'], b['endpoints'], b['bytes']) for b in told['reservation']['buses']]
    if sorted(held) != [('full', 0.001, 1, 8), ('high', 0.000125, 1, 1024)]:
        raise Failed(f'reserved: {held}')


def told_apart(house):
    """Devices that have one address in turn are told apart by text: the number behind # is that of
    JSON and filters. And `stat` counts devices, not their addresses."""
    story = Story(house)
    seen, wanted = {}, set()
    for x in sorted(story.list(), key=lambda x: x['device']):
        if x['dev'] and seen.setdefault(x['dev'], x['device']) != x['device']:
            wanted.add((x['dev'], x['device']))
    expect('addresses in use again', {4, 5}, {dev for dev, _ in wanted})
    for command in 'list', 'stat', 'devices':
        text = run([story.program, command, story.file.name]).stdout.decode()
        marks = re.findall(r'^.*?\b2\.(\d+)(?:\.\d+)?(?: in| out)? #(\d+) ', text, re.M)
        expect(f'{command}: marks', wanted, {(int(dev), int(device)) for dev, device in marks})
    told = json.loads(run([story.program, 'stat', '--json', story.file.name]).stdout)
    expect('devices of the bus', [4], [bus['devices'] for bus in told['buses']])
    return 5


# The status change endpoint of a hub, before and after a request to one of its ports; the same of a
# device that refuses such a request.
LATE_HUB = """\
ffff8800 1000 S Ii:1:002:1 -115:512 1 <
ffff8800 2000 C Ii:1:002:1 0:512 1 = 04
ffff8801 2100 S Ci:1:002:0 s a3 00 0000 0002 0004 4 <
ffff8801 2200 C Ci:1:002:0 0 4 = 01010100
ffff8800 2300 S Ii:1:002:1 -115:512 1 <
ffff8800 3000 C Ii:1:002:1 0:512 1 = 02
ffff8802 4100 S Ci:1:003:0 s a3 00 0000 0002 0004 4 <
ffff8802 4200 C Ci:1:003:0 -32 0
ffff8803 4300 S Ii:1:003:1 -115:512 1 <
ffff8803 5000 C Ii:1:003:1 0:512 1 = 02
"""


def hub_without_descriptors(house):
    """A capture that begins late shows no descriptors: requests to ports prove a hub, from then on,
    and with --learn from the beginning."""
    for options, first in (([], '1 byte: 04'), (['--learn'], '~status change: port 2')):
        with tempfile.NamedTemporaryFile('w', suffix='.txt') as file:
            file.write(LATE_HUB)
            file.flush()
            said = json_lines(house.checked_bin, ['list', '--json', *options, file.name])
        expect(f'{options}: meanings', [first, '~status change: port 1', '1 byte: 02'],
               [x['info'] for x in said if x['type'] == 'interrupt'])
    return 2


def devices_of(house, description):
    with capture_of(house, ['-t', 'bus', description]) as file:
        told = json_lines(house.checked_bin, ['devices', '--json', '--no-ids', file.name])[0]
        stat = json.loads(run([house.checked_bin, 'stat', '--json', file.name]).stdout)
    return told['devices'], stat['reservation']['buses']


def translators(house):
    """SPLITs say behind which hub and port a device is, which then holds its bandwidth."""
    devices, held = devices_of(house, 'tests/gen/bus-split.usb')
    hub = next(d['device'] for d in devices if d['dev'] == 2)
    expect('behind', {2: None, 4: (2, 3, hub), 5: (2, 4, hub)},
           {d['dev']: d['translator'] and tuple(d['translator'][k] for k in ('dev', 'port', 'device'))
            for d in devices if d['dev']})
    expect('reserved', [('high', None, 5), ('full', 'address 2', 5)],
           [(b['speed'], b['translator'], b['endpoints']) for b in held])
    expect('of the bus all fits', True, held[0]['share'] < held[0]['limit'])
    return 3


# Nobody tells that the device at address 4 was pulled out and another one came.
REUSED = """\
device hub {
	address 2
	class 9 0 1
	controller ehci
}
device first {
	hub hub 1
	address 4
	speed full
	controller ehci
	config 1 0x80 100
	interface 0 0 0xff 0 0
	endpoint 0x81 bulk 64 0
}
device second {
	hub hub 3
	address 4
	speed full
	controller ehci
	config 1 0x80 100
	interface 0 0 0xff 0 0
	endpoint 0x81 bulk 64 0
}
bulk first in 1 64 data 01
bulk first in 1 64 data 02
bulk second in 1 64 data 03
bulk second in 1 64 data 04
"""


def translators_of_an_address_in_use_again(house):
    with tempfile.NamedTemporaryFile('w', suffix='.usb') as file:
        file.write(REUSED)
        file.flush()
        with capture_of(house, ['-t', 'bus', file.name]) as capture:
            program = house.checked_bin
            told = json_lines(program, ['devices', '--json', '--no-ids', capture.name])[0]
            said = json_lines(program, ['list', '--json', capture.name])
    expect('ports', [1, 3], [d['translator']['port'] for d in told['devices']])
    expect('transfers of each', [1, 1, 2, 2], [x['device'] for x in said])
    return 2
