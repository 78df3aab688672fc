"""truth: the generator says what it made happen; urbscope must say the same of the capture, in
every format in which the generator writes it, and the same in all of them but for what
src/usb/observability.c says that a kind of capture cannot show."""

import functools
import json
import re
import subprocess
import tempfile

from house import Failed, ROOT, Skipped, command_line, json_lines, run, shown

TYPES = '220 189 249 249-1.4 249-1.3 249-1.0 266 186 text-t text-u'.split()
VARIANTS = [(t, []) for t in TYPES] + [('220', ['-e', 'big']), ('189', ['-e', 'big']),
                                       ('220', ['-f', 'pcapng']), ('249', ['-f', 'pcap-ns'])]

# What `stat` may say of who wrote a capture: not all of them show USBPcap's generation.
WRITERS = {'220': ['usbmon'], '189': ['usbmon-48'], '249': ['usbpcap-1.5'],
           '249-1.4': ['usbpcap-1.4', 'usbpcap-1.0'], '249-1.3': ['usbpcap-1.0'],
           '249-1.0': ['usbpcap-1.0'], '266': ['darwin'], '186': ['freebsd'],
           'text-t': ['usbmon-text-t'], 'text-u': ['usbmon-text-u']}

# Packets of an isochronous URB that are recorded at most.
PACKETS = {'220': 128, '189': 128, 'text-t': 0, 'text-u': 5}

# Systems that have one status number for several of Linux's (tests/gen/status.c).
WORDS = {'linux': {}, 'windows': {'cancelled': 'disconnected'},
         'darwin': {'protocol': 'timeout', 'overrun': 'babble', 'underrun': 'short',
                    'cancelled': 'disconnected'},
         'freebsd': {**dict.fromkeys(('missed', 'crc', 'babble', 'no-bandwidth', 'overrun',
                                      'underrun'), 'protocol'), 'disconnected': 'cancelled'}}

# A part of a listed transfer, and the aspect that says whether a capture shows it.
PARTS = (('requested-length', 'req_len'), ('actual-length', 'len'), ('status', 'status'),
         ('setup', 'setup'), ('bus-number', 'bus'), ('speed', 'speed'), ('iso-table', 'iso'),
         ('start-frame', 'iso.start_frame'), ('interval', 'iso.interval'),
         ('iso-table', 'iso.packets'), ('iso-table', 'iso.errors'), ('iso-table', 'iso.missed'),
         ('iso-table', 'iso.empty'), ('completion', 'completed'), ('submit-time', 'submitted'),
         ('transfer-flags', 'transfer_flags'))


def jobs(house):
    house.need_program()
    if not (house.build / 'gen').exists():
        raise Failed(f'{shown(house.build / "gen")} is not built')
    descriptions = sorted(p for p in (ROOT / 'tests/gen').glob('*.usb')
                          if not p.stem.startswith(('bench-', 'bus-', 'iso-')))
    listed = functools.lru_cache(None)(lambda d, t: transfers(house, d, t))
    return [(f'{d.stem} as {" ".join([t, *options])}',
             lambda d=d, t=t, options=options: check(house, d, t, options))
            for d in descriptions for t, options in VARIANTS] + \
        [(f'{d.stem} as {t} against 220', lambda d=d, t=t: alike(listed, d, t))
         for d in descriptions for t in TYPES[1:]] + \
        [(f'what {t} shows', lambda t=t: observable(listed, descriptions, t)) for t in TYPES] + \
        [(f'what {p.name} shows', lambda p=p: absent(house, p)) for p in house.all_captures()]


def generate(house, arguments):
    done = subprocess.run([house.build / 'gen', *arguments], capture_output=True, cwd=ROOT)
    if done.returncode:
        raise Failed('the generator: ' + done.stderr.decode('utf-8', 'replace').strip()[:200],
                     command_line([house.build / 'gen', *arguments]))
    return done.stdout


def truth_of(house, description, link_type):
    return [json.loads(line) for line in generate(
        house, ['--truth', 'json', '-t', link_type, shown(description)]).decode().splitlines()]


# ---- each format against the generator's account ------------------------------------------------

def check(house, description, link_type, options):
    common = ['-t', link_type, shown(description)]
    truth = truth_of(house, description, link_type)
    with capture_of(house, [*options, *common]) as file:
        said = json_lines(house.checked_bin, ['list', '--json', file.name])
    wrong = differences(truth, {x['id']: x for x in said})
    if len(truth) != len(said):
        wrong.insert(0, f'{len(truth)} transfers happened, {len(said)} are listed')
    if wrong:
        raise Failed(f'{len(wrong)} differences: {wrong[0]}',
                     command_line([house.build / 'gen', '-o', '/tmp/truth', *options, *common]))
    # An untrue truth would be seen: something must have happened.
    if not truth:
        raise Failed('the generator made no transfer')


def capture_of(house, arguments):
    file = tempfile.NamedTemporaryFile(prefix='urbscope-truth-')
    file.write(generate(house, ['-o', '-', *arguments]))
    file.flush()
    return file


def differences(truth, said):
    """What a reader may find out from other things is right or null."""
    wrong = []
    for happened in truth:
        happened = dict(happened)
        listed = said.get(happened['id'], {})
        inferred = happened.pop('inferred', {})
        del happened['urb']
        wrong += [f'transfer {happened["id"]}: {key} is {listed.get(key)!r}, was {value!r}'
                  for key, value in [*happened.items(), *inferred.items()]
                  if listed.get(key) != value
                  and not (key in inferred and listed.get(key) is None)]
    return wrong


# ---- the formats against each other and against the observability table ---------------------------

@functools.lru_cache(None)
def observability(program):
    lines = run([program]).stdout.decode().splitlines()
    return {(kind, aspect): seen for kind, aspect, seen in (line.split('\t') for line in lines)}


def transfers(house, description, link_type):
    """(observed by aspect, listed transfers by the number of the URB)."""
    with capture_of(house, ['-t', link_type, shown(description)]) as file:
        kind, said = listed_parts(house, file.name)
    if kind not in WRITERS[link_type]:
        raise Failed(f'{description.stem} as {link_type} is said to be written by {kind}')
    return (observed_by(house, kind),
            {x['urb']: said[x['id']] for x in truth_of(house, description, link_type)})


def observed_by(house, kind):
    table = observability(house.build / 'tests/observability')
    return {aspect: seen for (k, aspect), seen in table.items() if k == kind}


def listed_parts(house, path):
    """(what `stat` says about who wrote the capture, its transfers by id with all of PARTS)."""
    said = {x['id']: x for x in json_lines(house.bin, ['list', '--json', path])}
    for x in said.values():
        x['completed'] = True if x['seen'] != 'submit' else None
        x['submitted'] = True if x['seen'] != 'complete' else None
        x['transfer_flags'] = None
    for x in json_lines(house.bin, ['list', '--json', '-f', 'transfer_flags >= 0', path]):
        said[x['id']]['transfer_flags'] = True
    return json_lines(house.bin, ['stat', '--json', path])[0]['written_by'], said


def part(x, name):
    for key in name.split('.'):
        x = x[key] if x else None
    return x


def alike(listed, description, link_type):
    _, linux = listed(description, '220')
    observed, others = listed(description, link_type)
    common = sorted(set(linux) & set(others))
    wrong = [f'URB {n} (transfer {others[n]["id"]}): {text}' for n in common
             for text in unlike(linux[n], others[n], link_type, observed)]
    if wrong:
        raise Failed(f'{len(wrong)} differences: {wrong[0]}')
    if not common:
        raise Failed('nothing in common')
    return len(common)


def unlike(a, b, link_type, observed):
    for key in ('dev', 'ep', 'dir', 'type'):
        if a[key] != b[key]:
            yield f'{key} is {b[key]!r}, in 220 {a[key]!r}'
    for aspect, name in PARTS:
        mine, theirs = part(b, name), part(a, name)
        if observed[aspect] == 'absent' or aspect == 'transfer-flags':
            continue  # null, says observable()
        if mine != theirs and theirs is not None \
                and not excused(a, b, link_type, observed[aspect], aspect, name):
            yield f'{name} is {mine!r}, in 220 {theirs!r}'
    both = a['seen'] == b['seen'] == 'both'
    if both and link_type != '186' and abs(a['dur'] - b['dur']) > 1e-9:
        yield f'dur is {b["dur"]}, in 220 {a["dur"]}'
    if both and b['req_len'] is not None and b['len'] is not None \
            and a['len'] is not None and a['short'] != b['short']:
        yield f'short is {b["short"]}, in 220 {a["short"]}'
    if a['type'] == 'control' and b['setup'] and a['setup'] and a['seen'] == b['seen'] \
            and a['setup']['bRequest'] != 11 and meaning(a) != meaning(b) \
            and not cut_words(link_type, b):
        yield f'info is {b["info"]!r}, in 220 {a["info"]!r}'


def cut_words(link_type, x):
    """usbmon text keeps 32 bytes: of a report descriptor too little to say what reports mean."""
    return link_type.startswith('text') and x['proto'] == 'hid'


def meaning(x):
    """What is inferred in one format may be known in another; usbmon text keeps 32 bytes."""
    return re.sub(r', \d+ of [\d,]+ bytes captured$', '', x['info'].replace('~', ''))


def excused(a, b, link_type, observed, aspect, name):
    mine, theirs = part(b, name), part(a, name)
    if name == 'iso':
        return mine is not None  # its members are compared
    if name.startswith('iso.') and name not in ('iso.packets', 'iso.start_frame', 'iso.interval') \
            and a['iso']['packets'] > min(PACKETS.get('220'), PACKETS.get(link_type, 10 ** 9)):
        return True
    if mine is None and (observed == 'inferred' or a['seen'] != b['seen']):
        return True
    if name == 'status':
        # What is not recorded looks pending for as long as a completion may follow.
        return WORDS[b['os']].get(theirs) == mine or mine == 'pending' and observed == 'inferred'
    if name == 'setup':  # USBPcap makes up SET_INTERFACE's
        return observed == 'inferred' and theirs['bRequest'] == 11 \
            and mine == {**theirs, 'bmRequestType': 0}
    # Without the packets' results one that failed looks empty.
    if name == 'iso.empty' and mine is not None and part(b, 'iso.missed') is None:
        return theirs <= mine <= theirs + a['iso']['missed'] + a['iso']['errors']
    # Of an isochronous OUT packet USBPcap records what was to be sent.
    return name == 'iso.empty' and a['dir'] == 'out' and b['os'] == 'windows'


def last_length_unknown(x):
    """USBPcap tells where packets begin: how long the last one is depends on the whole."""
    return x['dir'] == 'out' and x['os'] == 'windows' and x['req_len'] is None


def observable(listed, descriptions, link_type):
    """absent: null in every transfer; known: there wherever 220 or the description has it."""
    checked, wrong = 0, []
    for description in descriptions:
        _, linux = listed(description, '220')
        observed, mine = listed(description, link_type)
        for aspect, name in PARTS:
            for n, x in mine.items():
                value, base = part(x, name), linux.get(n)
                checked += 1
                if observed[aspect] == 'absent' and value is not None:
                    wrong.append(f'{name} of transfer {x["id"]} of {description.stem} is {value!r},'
                                 f' though {aspect} is absent')
                has = aspect == 'speed' or base and base['seen'] == x['seen'] and (
                    part(base, name) is not None)
                if observed[aspect] == 'known' and has and value is None \
                        and not (base and x['end'] == 'refused' and base['end'] != 'refused') \
                        and not (name == 'iso.empty' and last_length_unknown(x)):
                    wrong.append(f'{name} of transfer {x["id"]} of {description.stem} is null,'
                                 f' though {aspect} is known')
    if wrong:
        raise Failed(f'{len(wrong)} contradict src/usb/observability.c: {wrong[0]}')
    return checked


def absent(house, path):
    """The same of captures that nobody described."""
    kind, said = listed_parts(house, path)
    observed = observed_by(house, kind)
    if not observed:
        raise Skipped('holds no URBs')
    if kind.startswith('bus'):
        raise Skipped('packets: what they tell is asserted by the suite bus')
    wrong = [f'{name} of transfer {x["id"]} is {part(x, name)!r}, though {aspect} is absent'
             for x in said.values() for aspect, name in PARTS
             if observed[aspect] == 'absent' and part(x, name) is not None]
    if wrong:
        raise Failed(f'{len(wrong)} contradict src/usb/observability.c: {wrong[0]}')
    return max(1, len(said))
