"""bus: the generator plays descriptions as bus packets and says what transactions and transfers they
make; urbscope must say the same. Packets are right in tshark's eyes, URBs and packets of one
description tell the same, and on captures of others another decoder's items are found again
(tests/peer/bus_oracle.py)."""

import collections
import json
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

from house import Failed, ROOT, Skipped, command_line, first_line, json_lines, run, shown
import truth

sys.path.insert(0, str(ROOT / 'tests/peer'))
import bus_oracle

VARIANTS = (['-t', 'bus'], ['-t', '288'], ['-t', 'bus', '-e', 'big'], ['-t', 'bus', '-f', 'pcap-ns'])

# The speed is not known, and with it how long an answer may take: an answer that does not come may
# be one that something else came instead of.
SAME_AT_ANY_SPEED = {'timeout': 'incomplete'}

# What tshark 4.0 complains of though it is right, exactly: (packets out of sequence, CRCs, malformed
# packets). It takes each packet of a HID report that has two for a report (HID 1.11 8.4). It does
# not know DATA2 of an OUT (USB 2.0 section 5.9.2), what PRE stands before (8.6.5), the SubPID of a
# link power management transaction, which looks like DATA0; the invalid packets of bus-bulk and the
# ACK after nothing in bus-states are out of sequence.
TSHARK = {'bus-iso-high': (4, 0, 0), 'bus-pre': (38, 0, 0), 'bus-states': (3, 1, 0),
          'bus-bulk': (3, 0, 0), 'bus-hid': (0, 0, 14)}


def jobs(house):
    house.need_program()
    if not (house.build / 'gen').exists():
        raise Failed(f'{shown(house.build / "gen")} is not built')
    descriptions = sorted(p for p in (ROOT / 'tests/gen').glob('*.usb')
                          if not p.stem.startswith(('bench-', 'iso-')))
    made = [(d, v) for d in descriptions for v in VARIANTS]
    return [(f'transfers of {d.stem} as {" ".join(v)}', lambda d=d, v=v: transfers(house, d, v))
            for d, v in made] + \
        [(f'transactions of {d.stem} as {" ".join(v)}',
          lambda d=d, v=v: transactions(house, d, v)) for d, v in made] + \
        [(f'bins of {d.stem} as {" ".join(v)}', lambda d=d, v=v: bins(house, d, v))
         for d, v in made] + \
        [(f'packets shown of {d.stem}', lambda d=d: packets_shown(house, d)) for d in descriptions] + \
        [(f'packets folded of {name}', lambda name=name: packets_folded(house, name))
         for name in ('bus-bulk', 'bus-control', 'bus-split', 'bus-hid')] + \
        [(f'notes of {name}', lambda name=name, note=note: notes(house, name, note))
         for name, note in (('bus-bulk', 'sent again'),
                            ('bus-split', 'split by hub 2 port 3, 2 complete-splits'))] + \
        [('few packets', lambda: few_packets(house)),
         ('inferred speed', lambda: inferred_speed(house))] + \
        [(f'{d.stem} mixed up', lambda d=d: mixed_up(house, d)) for d in descriptions] + \
        [(f'all descriptions mixed up in one process, as {t}',
          lambda t=t: mixed_in_process(house, descriptions, t)) for t in ('bus', '288')] + \
        [(f'URBs and packets of {d.stem}', lambda d=d: urbs_and_packets(house, d))
         for d in descriptions] + \
        [(f'exchanges of {name}', lambda name=name: exchanges(house, name))
         for name in ('keyboard', 'bench-hid', 'disk', 'storage')] + \
        [(f'tshark on {d.stem}', lambda d=d: tshark(house, d)) for d in descriptions] + \
        [(f'oracle of {p.name}', lambda p=p: oracle(house, p)) for p in oracles(house)] + \
        [('differences-bus.tsv', lambda: table(house))]


# ---- urbscope against the generator ---------------------------------------------------------------

def said_and_true(house, description, variant, kind, command):
    """(what urbscope lists, what happened, the command that makes the capture)."""
    arguments = [*variant, shown(description)]
    try:
        happened = truth.generate(house, ['--truth', kind, *arguments])
    except Failed as failure:
        if 'several speeds' in str(failure):
            raise Skipped('several link types need pcapng') from None
        raise
    with truth.capture_of(house, arguments) as file:
        said = json_lines(house.checked_bin, [*command, '--json', file.name])
    more = command_line([house.build / 'gen', '-o', '/tmp/bus', *arguments])
    return said, [json.loads(line) for line in happened.decode().splitlines()], more


def fail_if(wrong, more, passed):
    if wrong:
        raise Failed(f'{len(wrong)} differences: ' + '; '.join(wrong[:3]), more, passed)
    return max(1, passed)


def transfers(house, description, variant):
    said, happened, more = said_and_true(house, description, variant, 'json', ['list'])
    by_id = {x['id']: x for x in said}
    with truth.capture_of(house, [*variant, shown(description)]) as file:
        in_order = json_lines(house.checked_bin, ['list', '--sort', 'begin', '--json', file.name])
    if in_order != [by_id[n] for n in sorted(by_id)]:
        raise Failed('--sort begin lists something else', more + '; then list --sort begin')
    wrong = [] if len(said) == len(happened) else \
        [f'{len(happened)} transfers happened, {len(said)} are listed']
    for x in happened:
        listed = by_id.get(x['id'], {})
        inferred = x.pop('inferred')
        for key, value in x.pop('iso', {}).items():
            if (listed.get('iso') or {}).get(key) != value:
                wrong.append(f'transfer {x["id"]}: iso.{key} is {listed.get("iso")}, was {value}')
        if variant[1] == '288' and x['status'] == 'timeout':
            x.pop('status')
        wrong += [f'transfer {x["id"]}: {key} is {listed.get(key)!r}, was {value!r}'
                  for key, value in x.items() if listed.get(key) != value]
        wrong += [f'transfer {x["id"]}: {key} is {listed.get(key)!r}, was {value!r}'
                  for key, value in inferred.items()
                  if listed.get(key) not in (value, None, 'unknown')]
    if not happened:
        raise Failed('the generator made no transfer')
    return fail_if(wrong, more, len(happened))


def transactions(house, description, variant):
    said, happened, more = said_and_true(house, description, variant, 'transactions',
                                         ['list', '--transactions'])
    by_first = {x['first']: x for x in said}
    wrong = [] if len(said) == len(happened) else \
        [f'{len(happened)} transactions happened, {len(said)} are listed']
    for x in happened:
        listed = by_first.get(x['first'], {})
        wrong += [f'transaction from record {x["first"]}: {key} is {listed.get(key)!r},'
                  f' was {value!r}' for key, value in x.items()
                  if not same(key, listed.get(key), value, variant)]
    if len({x['id'] for x in said}) != len(said):
        wrong.append('numbers of transactions come twice')
    return fail_if(wrong, more, len(happened))


def same(key, said, true, variant):
    if key == 'split' and said and true:  # more may be told than the generator knows
        return all(said.get(k) == v for k, v in true.items())
    if key == 'result' and variant[1] == '288':
        return SAME_AT_ANY_SPEED.get(said, said) == SAME_AT_ANY_SPEED.get(true, true)
    return said == true


def bins(house, description, variant):
    said, happened, more = said_and_true(house, description, variant, 'unattached', ['stat'])
    stat, true = said[0], happened[0]
    wrong = [f'{name} are {n}, were {true["unattached"].get(name, 0)}'
             for name, n in stat['unattached'].items() if n != true['unattached'].get(name, 0)]
    if stat['records'] != true['records']:
        wrong.append(f'{stat["records"]} records, {true["records"]} were made')
    if stat['attached'] + sum(stat['unattached'].values()) != stat['records']:
        wrong.append('records are lost')
    wrong += wire(stat, true, [json.loads(line) for line in truth.generate(
        house, ['--truth', 'transactions', *variant, shown(description)]).splitlines()],
        variant)
    return fail_if(wrong, more, 1)


def wire(stat, bins_made, happened, variant):
    """What `stat` counts on the wire against the transactions there were."""
    said = stat['wire']
    results = collections.Counter(x['result'] for x in happened)
    listed = collections.Counter(said['results'])
    if variant[1] == '288':
        for counts in (results, listed):
            counts['incomplete'] += counts.pop('timeout', 0)
    counted = {'transactions': len(happened), 'naks': results['nak'],
               'retries': sum(x['retry'] for x in happened),
               'sofs': bins_made['unattached'].get('sof', 0)}
    if 'pcap-ns' not in variant:  # suspend and reset explain why there are none
        counted['missed_sofs'] = 0
    wrong = [f'{name} are {said[name]}, were {n}' for name, n in counted.items() if said[name] != n]
    if +results != +listed:
        wrong.append(f'results are {dict(+listed)}, were {dict(+results)}')
    wrong += bus_time(stat, said)
    if abs(said['nak_ratio'] - results['nak'] / len(happened)) > 1e-8:
        wrong.append(f'nak_ratio is {said["nak_ratio"]}')
    return wrong


def bus_time(stat, said):
    """Every packet has its share of the bus's time, and all of it is less than what passed."""
    kinds = {k['kind']: k for k in said['bus_time']['kinds']}
    packets = sum(x['records'] for x in stat['links'] if 288 <= (x['link'] or 0) <= 295)
    wrong = []
    if not kinds:
        return wrong if said['bus_time']['used'] is None else ['bus time without packets']
    if kinds['all']['packets'] != packets:
        wrong.append(f'bus time of {kinds["all"]["packets"]} packets, were {packets}')
    if 'sof' in kinds and kinds['sof']['packets'] != said['sofs']:
        wrong.append(f'bus time of {kinds["sof"]["packets"]} SOFs, were {said["sofs"]}')
    if not 0 < said['bus_time']['used'] < said['bus_time']['worst'] or \
            not 0 < said['bus_time']['share'] < 1:
        wrong.append(f'bus time is {said["bus_time"]}')
    parts = sum(k['time'] for name, k in kinds.items() if name not in ('all', 'naked'))
    if abs(parts - said['bus_time']['used']) > 1e-8:
        wrong.append(f'bus time of kinds is {parts}, of all {said["bus_time"]["used"]}')
    for x in said['frames']:
        if x['off']['max'] is not None and x['off']['mean'] > x['off']['max']:
            wrong.append(f'frames: {x}')
    return wrong


# ---- show ------------------------------------------------------------------------------------------

SHOWN = 12  # transfers of each description


def packets_shown(house, description):
    """What `show -v` has on the wire is what the lists of records and transactions have."""
    with truth.capture_of(house, ['-t', 'bus', shown(description)]) as file:
        records = json_lines(house.checked_bin, ['list', '--records', '--json', file.name])
        listed = json_lines(house.checked_bin, ['list', '--transactions', '--json', file.name])
        of = collections.defaultdict(list)
        for x in records:
            of[x['transfer']].append(x['n'])
        ids = sorted({x['transfer'] for x in listed})
        wrong = []
        for n in ids[::max(1, len(ids) // SHOWN)]:
            told = json_lines(house.checked_bin, ['show', '-v', '--json', str(n), file.name])[0]
            fields = [f for f in told['fields'] if f['key'] == 'on the wire'][0]['fields']
            if fields and fields[0]['key'].endswith('stage'):
                fields = [t for stage in fields for t in stage['fields']]
            tokens = [(t['key'], t['value']) for t in fields]
            wanted = [(x['pid'], x['len']) for x in sorted(listed, key=lambda x: x['first'])
                      if x['transfer'] == n]
            if tokens != wanted:
                wrong.append(f'transfer {n}: transactions {tokens[:4]}, listed {wanted[:4]}')
            packets = [p['value'] for t in fields for p in t['fields'] if 'packets' not in p['key']]
            more = sum(p['value'] for t in fields for p in t['fields'] if 'packets' in p['key'])
            if len(packets) + more != len(of[n]) or not set(packets) <= set(of[n]):
                wrong.append(f'transfer {n}: packets {packets[:6]}, listed {of[n][:6]}')
    return fail_if(wrong, None, len(ids))


# ---- packets that are lost, come twice, change places ----------------------------------------------

def packets_folded(house, name):
    """In text NAKs are told beside their tokens, keep-alives by runs: none goes untold."""
    with truth.capture_of(house, ['-t', 'bus', f'tests/gen/{name}.usb']) as file:
        packets = json_lines(house.checked_bin, ['list', '--packets', '--json', file.name])
        text = run([house.checked_bin, 'list', '--packets', file.name]).stdout.decode()
    keepalives = sum(p['bin'] == 'keepalive' for p in packets)
    runs = [int(n or 1) for n in re.findall(r' (?:(\d+) )?low-speed keep-alives?', text)]
    if sum(runs) != keepalives or (keepalives and max(runs) < 10):
        return fail_if([f'{keepalives} keep-alives told as {runs}'], None, 1)
    naks = sum(p['pid'] == 'NAK' for p in packets)
    told = sum(int(n or 1) for n in re.findall(r'(\d*) NAKed$', text, re.M))
    rows = len(re.findall(r' NAK  +-', text))
    wrong = [] if naks and told + rows == naks else \
        [f'{naks} NAKs, {told} told beside tokens, {rows} in lines of their own']
    return fail_if(wrong, None, naks)


def notes(house, name, note):
    """What is said beside transactions, and of those that `show` folds."""
    with truth.capture_of(house, ['-t', 'bus', f'tests/gen/{name}.usb']) as file:
        text = run([house.checked_bin, 'list', '--transactions', file.name]).stdout.decode()
        first = next(x['id'] for x in json_lines(house.checked_bin, ['list', '--json', file.name])
                     if x['naks'] and x['ep'] and x['type'] == 'interrupt') \
            if 'split' in note else None
        shown_one = first and run([house.checked_bin, 'show', str(first), file.name]).stdout.decode()
    wrong = [] if re.search(f'  {note}$', text, re.M) else [f'no "{note}"']
    wrong += [f'ends with a blank: {line}' for line in text.splitlines() if line.endswith(' ')]
    if shown_one and not re.search(r'NAKed.*, split by hub \d+ port \d+, in', shown_one):
        wrong.append(f'transfer {first}: NAKs without their hub')
    return fail_if(wrong, None, 2)


def few_packets(house):
    """What is said of single packets: an interrupt SSPLIT of a low-speed device and its token, an
    empty packet, a SETUP without its data."""
    packets = ('780c823e', '698e50', '', '2d2bfa', '2d2bfa')
    head = struct.pack('<IHHIIII', 0xa1b23c4d, 2, 4, 0, 0, 65535, 288)
    with tempfile.NamedTemporaryFile(prefix='urbscope-few-') as file:
        file.write(head + b''.join(
            struct.pack('<IIII', 0, 1000 * i, len(p) // 2, len(p) // 2) + bytes.fromhex(p)
            for i, p in enumerate(packets)))
        file.flush()
        text = {c: run([house.checked_bin, *c.split(), file.name]).stdout.decode()
                for c in ('list --packets', 'stat', 'show 2')}
    wanted = (('list --packets', 'start hub 12 port 2 interrupt low speed\n'),
              ('stat', ' 1 malformed packet\n'), ('show 2', 'records      4, 5\n'))
    return fail_if([f'{c}: no {w!r} in {text[c]!r}' for c, w in wanted if w not in text[c]],
                   None, len(wanted))


def inferred_speed(house):
    """What the link type tells is known, what SOFs or packet sizes tell is inferred: ~."""
    wrong = []
    for link_type, mark in (('bus', ''), ('288', '~')):
        with truth.capture_of(house, ['-t', link_type, 'tests/gen/bus-iso.usb']) as file:
            text = ''.join(run([house.checked_bin, *c, file.name]).stdout.decode()
                           for c in (['iso'], ['list', '--episodes']))
        said = set(re.findall(r'(~?)full speed', text)), set(re.findall(r'every (~?)1.00 ms', text))
        if said != ({mark}, {mark}):
            wrong.append(f'-t {link_type}: full speed and its interval are told with {said}')
    return fail_if(wrong, None, 2)


def mixed_up(house, description):
    """Every packet stays in one transfer or one bin, whatever the order."""
    data = truth.generate(house, ['-o', '-', '-t', '288', '-f', 'pcap-ns', shown(description)])
    records, at = [], 24
    while at < len(data):
        n = 16 + int.from_bytes(data[at + 8:at + 12], 'little')
        records.append(data[at:at + n])
        at += n
    rng = random.Random(description.stem)
    for _ in range(4 if house.fast else 40):
        mixed = mix(records, rng)
        with tempfile.NamedTemporaryFile(prefix='urbscope-mixed-') as file:
            file.write(data[:24] + b''.join(mixed))
            file.flush()
            stat = json_lines(house.checked_bin, ['stat', '--json', file.name])[0]
            said = json_lines(house.checked_bin, ['list', '--json', file.name])
            if stat['records'] != len(mixed) or \
                    stat['attached'] + sum(stat['unattached'].values()) != len(mixed) or \
                    sum(x['records'] for x in said) != stat['attached']:
                pathlib.Path(f'/tmp/mixed-{description.stem}').write_bytes(
                    data[:24] + b''.join(mixed))
                raise Failed(f'{len(mixed)} records, {stat["attached"]} attached, of transfers '
                             f'{sum(x["records"] for x in said)}', f'urbscope stat /tmp/mixed-{description.stem}')
    return 1


def mixed_in_process(house, descriptions, link_type):
    """The same by the thousand, record by record: tests/cuts/mix.c."""
    program = (house.sanitized if house.sanitizing else house.build) / 'tests/mix'
    with tempfile.TemporaryDirectory(prefix='urbscope-mix-') as folder:
        files = [pathlib.Path(folder) / f'{d.stem}.pcapng' for d in descriptions]
        for description, file in zip(descriptions, files):
            file.write_bytes(truth.generate(house, ['-o', '-', '-t', link_type,
                                                    shown(description)]))
        trials = '2000' if house.fast else '50000'
        done = run([program, '-n', trials, *files], timeout=600)
    if done.returncode:
        raise Failed(first_line(done.stderr), command_line([program, '-n', trials, 'CAPTURE…']))
    return int(done.stdout)


def mix(records, rng):
    out = []
    for record in records:
        dice = rng.random()
        if dice < 0.03:
            continue
        out.append(record)
        if dice > 0.97:
            out.append(record)
        elif dice > 0.94 and len(out) > 3:
            out[-1], out[-3] = out[-3], out[-1]
    return out


# ---- URBs against packets -------------------------------------------------------------------------

def urbs_and_packets(house, description):
    """One description as URBs and as packets: control transfers one by one, bulk and interrupt as
    the bytes between ends that packets show, isochronous by those of each service interval."""
    if re.search('^bus reset|^set snaplen', description.read_text(), re.M):
        raise Skipped('URBs do not show resets, nor what is cut to packets')
    text = description.read_text()
    urbs, packets = (views(house, description, t) for t in ('220', 'bus'))
    for part in ('bytes', 'iso'):
        drop(urbs[part], packets[part], text)
    wrong = []
    for part in ('control', 'bytes', 'iso'):
        for key in sorted(set(urbs[part]) | set(packets[part])):
            a, b = urbs[part].get(key), packets[part].get(key)
            if a != b:
                wrong.append(f'{part} of {key}: URBs {str(a)[:120]}, packets {str(b)[:120]}')
    return fail_if(wrong, None, len(urbs['control']) + len(urbs['bytes']))


# Statements of which URBs and packets tell different things: what the system lost, garbled data that
# the controller counts and nobody takes, transfers that come back before all of their data.
UNLIKE = re.compile(r'\b(lost-\w+|pending|cancel|bad \S+ crc|status (?!stall|ok|short)\w+)\b')
STATEMENT = re.compile(r'\s*(?:bulk|interrupt|iso|cancel) (\w+) (in|out) (\d+)')


def drop(urbs, packets, text):
    """Takes out the endpoints that have such a statement."""
    numbers = dict(re.findall(r'^device (\w+) \{.*?^\s*address (\d+)', text, re.M | re.S))
    for line in text.splitlines():
        match = STATEMENT.match(line)
        if match and UNLIKE.search(line.partition('#')[0]):
            name, direction, endpoint = match.groups()
            for view in (urbs, packets):
                view.pop(f'{numbers[name]}.{endpoint} {direction}', None)


def intervals(house, capture, x):
    """Bytes of each service interval the host served, in order; None: garbled, or no answer. An URB's
    packet is one interval, whatever number of packets it takes on the bus (USB 2.0 5.9.2)."""
    if x['os'] is None:  # packets
        return [x['len'] if x['status'] == 'ok' else None]
    if x['seen'] != 'both':
        return []
    told = json_lines(house.checked_bin, ['show', '--json', str(x['id']), capture])[0]
    packets = [f['fields'] for f in told.get('fields', ()) if f['key'] == 'packets']
    return [p['value'] if p['text'] == 'ok' else None for p in sum(packets, [])
            if p['text'] != '-EXDEV']


def views(house, description, link_type):
    control, streams, iso = {}, {}, {}
    with truth.capture_of(house, ['-t', link_type, shown(description)]) as file:
        said = json_lines(house.checked_bin, ['list', '--json', file.name])
        sizes = packet_sizes(house, file.name)
        for x in sorted(said, key=lambda x: x['id']):
            where = f'{x["dev"]}.{x["ep"]}'
            if x['type'] == 'control':
                # Where addresses are given is shown by packets alone; timeouts have no setup there.
                if x['dev'] and x['setup'] and x['status'] in ('ok', 'stall'):
                    # Of a stalled request usbmon shows no data, whatever was transferred before.
                    n = 0 if x['status'] == 'stall' else x['len'] or 0
                    control.setdefault(where, []).append((*x['setup'].values(), x['status'], n))
                continue
            if x['type'] == 'isochronous':
                iso.setdefault(f'{where} {x["dir"]}', []).extend(intervals(house, file.name, x))
            if x['seen'] != 'submit' and x['len'] is not None and x['status'] != 'pending':
                stream = streams.setdefault(f'{where} {x["dir"]}', [0])
                stream[-1] += x['len']
                size = sizes.get((x['dev'], x['ep'], x['dir']))
                if size and x['type'] != 'isochronous' and (
                        x['status'] == 'stall' or not x['len'] or x['len'] % size):
                    stream.append(0)
    return {'control': control, 'bytes': streams, 'iso': iso}


def packet_sizes(house, capture):
    """Of the endpoints that descriptors tell of: only there an end shows."""
    told, = json_lines(house.checked_bin, ['devices', '--json', capture])
    return {(d['dev'], e['ep'], e['dir']): e['wMaxPacketSize'] & 0x7ff for d in told['devices']
            for i in d['interfaces'] for e in i['endpoints'] if e['wMaxPacketSize']}


# How long an exchange took and how fast it was.
TIMES = re.compile(r' in [\d.,]+ [mµn]?s(, [\d.,]+ \S+/s)?')


def exchanges(house, name):
    """Keys and commands are the same exchanges as of URBs, one by one. Left out are those that a
    transfer broke off: the host takes back what it had submitted, of which packets show nothing."""
    followed = []
    for link_type in ('220', 'bus'):
        with truth.capture_of(house, ['-t', link_type, '-r', '5', f'tests/gen/{name}.usb']) as file:
            said = json_lines(house.checked_bin, ['list', '--exchanges', '--json', file.name])
        followed.append([(x['proto'], x['dev'], x['bytes'], x['result'], TIMES.sub('', x['info']))
                         for x in said if x['result'] in ('ok', 'failed')])
    urbs, packets = followed
    wrong = [f'URBs {u}, packets {p}' for u, p in zip(urbs, packets) if u != p]
    if not urbs or len(urbs) != len(packets):
        wrong.append(f'{len(urbs)} exchanges of URBs, {len(packets)} of packets')
    return fail_if(wrong, None, len(urbs))


# ---- tshark ---------------------------------------------------------------------------------------

def tshark(house, description):
    """No CRC but those that the description garbles is wrong, no packet is malformed."""
    if not shutil.which('tshark'):
        raise Skipped('tshark is not installed')
    text = description.read_text()
    if 'set snaplen' in text:
        raise Skipped('its records are cut')
    happened = [json.loads(line) for line in truth.generate(
        house, ['--truth', 'transactions', '-t', 'bus', shown(description)]).splitlines()]
    with truth.capture_of(house, ['-t', 'bus', shown(description)]) as file:
        done = subprocess.run(['tshark', '-r', file.name, '-Y', '_ws.expert', '-T', 'fields', '-e',
                               '_ws.expert.message'], capture_output=True, text=True)
    if done.returncode:
        raise Failed('tshark: ' + done.stderr.strip().splitlines()[-1])
    sequence, crcs, malformed = TSHARK.get(description.stem, (0, 0, 0))
    wanted = {'Invalid PID Sequence': sequence,
              'Wrong CRC': crcs + text.count('fault bad-token') +
              sum(x['result'] == 'crc' for x in happened),
              'Malformed Packet': malformed + text.count('fault empty'),
              'Invalid USB Packet ID': 3 * (text.count('fault junk') // 2)}
    wrong = [f'{what}: {done.stdout.count(what)} times, should be {n}' for what, n in wanted.items()
             if done.stdout.count(what) != n]
    return fail_if(wrong, None, len(wanted))


# ---- another decoder's items ----------------------------------------------------------------------

def oracles(house):
    return sorted(house.corpus.glob('*.oracle.tsv')) if house.corpus and not house.fast else []


def oracle(house, items):
    capture = items.with_name(items.name.removesuffix('.oracle.tsv'))
    said = json_lines(house.checked_bin, ['list', '--transactions', '--json', capture])
    records = json_lines(house.checked_bin, ['list', '--records', '--json', capture])
    found = bus_oracle.differences(items, said, records)
    wanted = bus_oracle.deliberate().get(capture.name, {})
    wrong = []
    for kind in sorted(set(found) | set(wanted)):
        n = len(found.get(kind, []))
        if n != wanted.get(kind, 0):
            first = found.get(kind, ['none'])[0]
            wrong.append(f'{kind}: {n} differences, {wanted.get(kind, 0)} are listed: {first}')
    return fail_if(wrong, command_line(['tests/peer/bus_oracle.py', house.bin, capture]), 1)


def table(house):
    known = {p.name.removesuffix('.oracle.tsv') for p in oracles(house)}
    if not known:
        raise Skipped('$CORPUS has no items of another decoder, or --fast')
    gone = sorted(set(bus_oracle.deliberate()) - known)
    if gone:
        raise Failed('entries for captures that do not exist: ' + ', '.join(gone))
