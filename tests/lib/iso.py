"""iso: `urbscope iso` against what the generator made happen (tests/gen/iso-*.usb): within 1 % or
the uncertainty it states; and what it says of captures against the transfers that `list` shows."""

import json
import math
import pathlib
import re
import struct
import tempfile

import truth
from house import Failed, ROOT, command_line, json_lines, run, shown

# What a capture shows of a stream: queue, packets' own status, positions, every packet.
SHOWS = {'220': 'queue status positions packets', '189': 'queue status packets',
         '249': 'queue status positions packets', '249-1.0': 'queue status positions packets',
         '266': 'queue status positions packets', '186': 'packets',
         'text-u': 'queue positions', 'text-t': 'queue',
         'bus': 'status positions packets wire', '288': 'status positions packets wire'}


def jobs(house):
    house.need_program()
    descriptions = sorted((ROOT / 'tests/gen').glob('iso-*.usb'))
    return [(f'{d.stem} as {t}', lambda d=d, t=t: against_truth(house, d, t))
            for d in descriptions for t in SHOWS] + \
        [(f'losses of {name}', lambda name=name: losses(house, name))
         for name in ('bus-iso', 'bus-iso-high', 'bus-split')] + \
        [('URBs that packets count of', lambda: urbs_of_packets(house))] + \
        [('stamps that are no times', lambda: no_clock(house))] + \
        [('long stream', lambda: long_stream(house))] + \
        [(f'{p.name} against list', lambda p=p: against_list(house, p))
         for p in house.all_captures()]


# ---- generated streams ----------------------------------------------------------------------------

def against_truth(house, description, link_type):
    common = ['-t', link_type, shown(description)]
    happened = [json.loads(line) for line in truth.generate(
        house, ['--truth', 'iso', *common]).decode().splitlines()]
    with truth.capture_of(house, common) as file:
        said = json_lines(house.checked_bin, ['iso', '--json', file.name])[0]
    checks = Checks()
    for true in happened:
        name = f'{true["ep"]} {true["dir"]}'
        streams = [s for s in said['streams'] if (s['dev'], s['ep'], s['dir']) ==
                   (true['dev'], true['ep'], true['dir'])]
        if checks.equal(f'{name}: streams', len(streams), 1):
            stream(checks, name, streams[0], true, SHOWS[link_type].split())
    if len(happened) < 2:
        checks.wrong.append('fewer streams than are described')
    return checks.end(command_line([house.build / 'gen', '-o', '/tmp/iso', *common]))


def urbs_of_packets(house):
    """Text counts packets of URBs that were served, and says which others there are."""
    with truth.capture_of(house, ['tests/gen/formats.usb']) as file:
        streams = json_lines(house.checked_bin, ['iso', '--json', file.name])[0]['streams']
        text = run([house.checked_bin, 'iso', file.name]).stdout.decode()
    served = [int(n) for n in re.findall(r'packets? in (\d+) URBs?:', text)]
    every = [tuple(map(int, n)) for n in re.findall(r'URBs +(\d+) in all: (\d+) ok', text)]
    checks = Checks()
    checks.equal('URBs served', served,
                 [s['urbs']['total'] - s['urbs']['pending'] - s['urbs']['refused'] for s in streams])
    checks.equal('URBs in all', every, [(s['urbs']['total'], s['urbs']['ok']) for s in streams])
    checks.equal('streams with URBs that do not count', text.count('do not count above'),
                 sum(s['urbs']['pending'] + s['urbs']['refused'] > 0 for s in streams))
    return checks.end()


def no_clock(house):
    """Stamps that only count records, as some 288 captures have them: SOFs are no clock of theirs,
    and nothing is said in ppm."""
    common = ['-t', '288', '-f', 'pcap', 'tests/gen/bus-iso.usb']
    head, record = 24, 16
    with truth.capture_of(house, common) as file:
        whole = pathlib.Path(file.name).read_bytes()
    at, counted = head, bytearray(whole[:head])
    while at < len(whole):
        kept = struct.unpack_from('<I', whole, at + 8)[0]
        counted += struct.pack('<II', 0, at // record) + whole[at + 8:at + record + kept]
        at += record + kept
    with tempfile.NamedTemporaryFile(suffix='.pcap') as file:
        file.write(counted)
        file.flush()
        said = json_lines(house.checked_bin, ['iso', '--json', file.name])[0]
        text = run([house.checked_bin, 'iso', file.name]).stdout.decode()
    checks = Checks()
    checks.equal('SOFs', said['frames']['sofs'] > 10, True)
    checks.equal('ppm of frames', said['frames'].get('ppm'), None)
    checks.equal('that stamps are no times', text.count("time stamps are not the times"), 1)
    return checks.end()


def losses(house, name):
    """On the bus: high bandwidth, intervals of several frames, behind a hub."""
    common = ['-t', 'bus', f'tests/gen/{name}.usb']
    happened = [json.loads(line) for line in truth.generate(
        house, ['--truth', 'iso', *common]).decode().splitlines()]
    with truth.capture_of(house, common) as file:
        said = json_lines(house.checked_bin, ['iso', '--json', file.name])[0]
    checks = Checks()
    checks.equal('missing SOFs', said['frames']['missing'], 0)
    for true in happened:
        key = (true['dev'], true['ep'], true['dir'])
        mine = [s for s in said['streams'] if (s['dev'], s['ep'], s['dir']) == key]
        checks.equal(f'{key}: streams', len(mine), 1)
        for s in mine:
            checks.equal(f'{key}: lost', s['lost'], true['lost'] + true['skipped'])
            checks.equal(f'{key}: wrong PIDs', s['pids']['wrong'], 0)
    return checks.end(command_line([house.build / 'gen', '-o', '/tmp/iso', *common]))


def stream(checks, name, said, true, shows):
    wire = 'wire' in shows
    if 'status' in shows and 'positions' in shows:
        checks.equal(f'{name}: lost', said['lost'], true['lost'] + true['skipped'])
        checks.equal(f'{name}: on time', said['on_time'], not true['lost'] + true['skipped'])
    if 'packets' in shows:
        # An interval without a token leaves no packet on the wire.
        checks.equal(f'{name}: packets', said['packets']['asked'],
                     true['packets'] - (true['lost'] if wire else 0))
        checks.equal(f'{name}: bytes', said['bytes'], true['bytes'])
    if 'status' in shows and not wire:
        checks.equal(f'{name}: failed', said['packets']['failed'], true['lost'])
        checks.equal(f'{name}: completed', said['packets']['completed'],
                     true['packets'] - true['lost'])
    if 'queue' in shows:
        checks.equal(f'{name}: dry', said['queue']['dry'], true['dry'])
        checks.near(f'{name}: dry time', said['queue']['dry_time'], true['dry_time'], 0)
        checks.near(f'{name}: longest', said['queue']['dry_longest'] or 0, true['dry_longest'], 0)
    else:
        checks.equal(f'{name}: queue', said['queue'], None)
    times(checks, name, said, true, wire)
    if 'packets' in shows:
        rates(checks, name, said, true)


def times(checks, name, said, true, wire):
    """The generator's bus keeps its frames; URBs complete late, by a clock of their own."""
    clock = said['clock']
    if clock:
        checks.near(f'{name}: clock', clock['ppm'], 0 if wire else true['clock_ppm'],
                    clock['uncertainty'])
    if not wire and clock:
        # What the slope's uncertainty makes of it in the time the stream takes.
        allowed = clock['uncertainty'] * 1e-6 * said['duration'] / 2
        for figure in ('mean', 'sd', 'p50', 'p90', 'p99', 'max'):
            checks.near(f'{name}: late {figure}', said['late'][figure], true['late'][figure],
                        allowed)


def rates(checks, name, said, true):
    samples = said['samples']
    if true['samples_hz'] and samples:
        checks.near(f'{name}: samples', samples['hz'], true['samples_hz'],
                    samples['uncertainty'], 0)
    if true['feedback_hz']:
        # Half of what the last of 14 (per frame) or 16 bits (per microframe) is worth.
        step = 1000 / 2 ** 14 if said['feedback']['format'] == '10.14' else 8000 / 2 ** 16
        checks.near(f'{name}: feedback', said['feedback']['hz'], true['feedback_hz'], step, 0)


class Checks:
    def __init__(self):
        self.wrong, self.passed = [], 0

    def equal(self, what, said, true):
        self.passed += 1
        if said != true:
            self.wrong.append(f'{what} is {said!r}, was {true!r}')
        return said == true

    def near(self, what, said, true, allowed, part=0.01):
        self.passed += 1
        if said is None or abs(said - true) > max(allowed, part * abs(true)) + 1e-9:
            self.wrong.append(f'{what} is {said!r}, was {true!r} ± {allowed:.3g}')

    def end(self, more=None):
        if self.wrong:
            raise Failed(f'{len(self.wrong)} differences: {"; ".join(self.wrong[:3])}', more)
        return self.passed


def long_stream(house):
    """More completions than are kept: the same within what 8,192 of them allow, and in bounded
    memory, series included."""
    common = ['-r', '8000', 'tests/gen/bench-iso.usb']
    true = json.loads(truth.generate(house, ['--truth', 'iso', *common]).decode())
    with truth.capture_of(house, common) as file:
        said = json_lines(house.bin, ['iso', '--json', file.name])[0]
    checks = Checks()
    one = said['streams'][0]
    checks.equal('completions', one['late']['n'], true['urbs'])
    for figure, part in (('mean', 0.01), ('sd', 0.01), ('p50', 0.03), ('p90', 0.01),
                         ('p99', 0.01), ('max', 0.01)):
        # Times are whole microseconds.
        checks.near(figure, one['late'][figure], true['late'][figure], 1.1e-6, part)
    checks.near('clock', one['clock']['ppm'], true['clock_ppm'], one['clock']['uncertainty'])
    checks.equal('points of the series', len(said['series']) <= 256, True)
    return checks.end()


# ---- captures -------------------------------------------------------------------------------------

def against_list(house, path):
    """Sums over the transfers as `list` has them."""
    listed = [x for x in json_lines(house.bin, ['list', '--json', path])
              if x['type'] == 'isochronous']
    said = json_lines(house.checked_bin, ['iso', '--json', path])[0]
    checks = Checks()
    if not listed:
        checks.equal('streams', said['streams'], [])
        return checks.end()
    for key in {(x['device'], x['ep'], x['dir']) for x in listed}:
        mine = [x for x in listed if (x['device'], x['ep'], x['dir']) == key]
        streams = [s for s in said['streams'] if (s['device'], s['ep'], s['dir']) == key]
        if streams and streams[0]['urbs']:
            checks.equal(f'{key}: URBs', sum(s['urbs']['total'] for s in streams), len(mine))
            checks.equal(f'{key}: ok', sum(s['urbs']['ok'] for s in streams),
                         sum(x['status'] == 'ok' for x in mine))
        for s in streams:
            sane(checks, s, said)
    return checks.end()


def sane(checks, s, said):
    late, points = s['late'], [p for p in said['series'] if p['stream'] == s['stream']]
    if late['mean'] is not None:
        checks.equal('order of lateness', True, 0 <= late['p50'] <= late['p90'] <= late['p99']
                     <= late['max'] + 1e-9 and late['mean'] <= late['max'] + 1e-9)
        checks.equal('histogram', sum(b['count'] for b in said['late_histogram']
                                      if b['stream'] == s['stream']), min(late['n'], 8192))
    if s['bytes'] is not None:
        checks.equal('bytes of the series', sum(p['bytes'] for p in points), s['bytes'])
    checks.equal('completions of the series', sum(p['completions'] for p in points), late['n'])
    checks.equal('times', all(math.isfinite(p['t']) for p in points), True)
