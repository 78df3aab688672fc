"""textlog: usbmon text. Every line is a record, its first word pairs submission and completion, and a
line that is broken is counted and named with what is wrong with it. A log that was quoted, numbered,
folded and written around tells the same as the clean one."""

import re
import tempfile
import textwrap

from house import Failed, ROOT, json_lines, run
from truth import capture_of

# A line that is not usbmon's, and the reason that is shown for it.
MALFORMED = (
    ('Bo:1 S Bo:1:011:1 -115 31 <', 'no URB id'),
    ('ffff888103a40000 12x S Bo:1:011:1 -115 31 <', 'no time'),
    ('ffff888103a40000 1200 X Bo:1:011:1 -115 31 <', 'not S, C or E'),
    ('ffff888103a40000 1200 S Xo:1:011:1 -115 31 <', 'no address'),
    ('ffff888103a40000 1200 S Bo:1:011:99 -115 31 <', 'no address'),
    ('ffff888103a40000 1200 C Bo:1:011:1', 'no status'),
    ('ffff888103a40000 1200 C Bo:1:011:1 zero 31', 'no status'),
    ('ffff888103a40000 1200 C Bo:1:011:1 0', 'no length'),
    ('ffff888103a40000 1200 S Ci:1:011:0 s 80 06 0100 00', 'five hexadecimal words'),
    ('ffff888103a40000 1200 C Zi:1:011:3 0:1:2:0 x 0:0:8', 'no isochronous packet count'),
)


def jobs(house):
    house.need_program()
    made = [(f'{d.stem} as {layout}', lambda d=d, layout=layout: generated(house, d, layout))
            for d in sorted((ROOT / 'tests/gen').glob('*.usb')) if not d.stem.startswith(('bench-', 'iso-'))
            for layout in ('text-t', 'text-u')]
    found = [(p.name, lambda p=p: pairing(house, p)) for p in house.all_captures()
             if p.name.startswith('text-') and p.parent != ROOT / 'captures']
    copied = [(f'{name} as {layout}', lambda name=name, layout=layout: as_clean(house, name, layout))
              for name in COPIES for layout in ('text-t', 'text-u')]
    return made + found + copied + [('malformed lines', lambda: malformed(house)),
                                    ('no captures', lambda: not_captures(house))]


def generated(house, description, layout):
    with capture_of(house, ['-t', layout, str(description)]) as file:
        return pairing(house, file.name)


def pairing(house, path):
    with open(path, encoding='utf-8', errors='replace') as file:
        lines = [line.split() for line in file if line.strip()]
    records = json_lines(house.checked_bin, ['list', '--records', '--json', path])
    if [r['n'] for r in records] != list(range(1, len(lines) + 1)):
        raise Failed(f'{path}: {len(lines)} lines, {len(records)} records')
    listed = {(x['first'], x['last'], x['seen'])
              for x in json_lines(house.checked_bin, ['list', '--json', path])}
    wrong = listed ^ set(by_tag(lines))
    if wrong:
        raise Failed(f'{path}: {len(wrong)} transfers are paired differently, one is '
                     f'(first, last, seen) {min(wrong)}')
    return len(lines)


def by_tag(lines):
    """(first line, last line, what was seen) of each transfer, by the first word alone."""
    opened = {}
    for number, (tag, _, event, *_) in enumerate(lines, 1):
        if event == 'S':
            if tag in opened:
                yield opened[tag], opened[tag], 'submit'
            opened[tag] = number
        else:
            first = opened.pop(tag, None)
            yield first or number, number, 'both' if first else 'complete'
    for number in opened.values():
        yield number, number, 'submit'


# ---- copies --------------------------------------------------------------------------------------

PROSE = 'Hello all,\n\n    $ cat /sys/kernel/debug/usb/usbmon/1u\nthis is what I see:\n\n'


def folded(text, width, between='\n', **how):
    return ''.join(between.join(textwrap.wrap(line, width, break_on_hyphens=False, **how)) + '\n'
                   for line in text.splitlines())


def quoted_printable(text):
    """Soft line breaks at 76 columns (RFC 2045 6.7), in words of data wherever that is. Words before
    the data are left whole: what is broken there is told as malformed."""
    lines = (line.replace('=', '=3D') for line in text.splitlines())
    return ''.join('=\n'.join(line[i:i + 75] for i in range(0, len(line), 75)) + '\n'
                   if '=' in line[:75] else line + '\n' for line in lines)


def each(text, form):
    return ''.join(form.format(n, line) + '\n' for n, line in enumerate(text.splitlines(), 1))


# How people hand logs on.
COPIES = {
    'indented': lambda t: each(t, '\t{1}'),
    'blanks at the end': lambda t: each(t, '  {1}  \r'),
    'quoted': lambda t: each(t, '> {1}'),
    'quoted twice': lambda t: each(t, '> > {1}'),
    'quoted otherwise': lambda t: each(t, '| {1}'),
    'numbered': lambda t: each(t, '{0:6d}  {1}'),
    'numbered by grep': lambda t: each(t, '{0}:{1}'),
    'with a logger': lambda t: each(t, 'Nov 21 18:08:14 host cat[123]: {1}'),
    'with stamps': lambda t: each(t, '[2026-11-21 18:08:14.123] {1}'),
    'comments': lambda t: each(t, '// {1}'),
    'no-break spaces': lambda t: '\ufeff' + t.replace(' ', '\u00a0 '),
    'tabs': lambda t: t.replace(' ', '\t'),
    'for the web': lambda t: t.replace('<', '&lt;').replace('>', '&gt;'),
    'with tags': lambda t: each(t, '[FONT=mono]{1}[/FONT]').replace(' = ', ' = [/B][B]'),
    'prose': lambda t: PROSE + t + '\nThanks',
    'prose between': lambda t: PROSE.join(t.splitlines(True)),
    'empty lines': lambda t: t.replace('\n', '\n\n'),
    'folded': lambda t: folded(t, 72),
    'folded and quoted': lambda t: each(folded(t, 76), '> {1}'),
    'quoted and folded': lambda t: folded(each(t, '> {1}'), 76),
    'folded narrowly': lambda t: folded(t, 60, '\n    '),
    'quoted-printable': quoted_printable,
    'lines joined': lambda t: re.sub(r'([<>])\n', r'\1 ', t),
    'all lines joined': lambda t: t.replace('\n', ' '),
}


def as_clean(house, name, layout):
    """What is told of the copy is what is told of the log."""
    with capture_of(house, ['-t', layout, 'tests/gen/formats.usb']) as file, \
            open(file.name, encoding='ascii') as log:
        clean = log.read()
        expected = told(house, file.name)
    with capture_text(COPIES[name](clean)) as file:
        for way in ({}, {'URBSCOPE_BLOCK': '1'}, {'URBSCOPE_BLOCK': '100'}):
            if told(house, file.name, way) != expected:
                raise Failed(f'a log {name} does not tell what the clean one tells',
                             f'urbscope list {file.name}')
    return 3


def told(house, path, way=None):
    done = run([house.checked_bin, 'list', '-v', '--json', path], extra=way)
    if done.returncode:
        raise Failed(done.stderr.decode())
    return done.stdout


# Text with events in it, or what looks like them, which is no capture.
NO_CAPTURES = (
    'Hello, world\n',
    'static const char line[] = "ffff888103a40000 1100 S Bo:1:011:1 -115 2 = 0102\\n";\n'
    'static const char next[] = "ffff888103a40000 1300 C Bo:1:011:1 0 2 >\\n";\n',
    '    feed("ffff888103a40000 1300 C Bo:1:011:1 0 2 >")\n' * 9,
    '[  390.1] usb 1-1: new high-speed USB device number 3 using ehci_hcd\n' * 9,
    '00000000  12 01 00 02 ff ff 00 40  01 20 05 3c 01 00 01 02\n' * 9,
    'The line ffff888103a40000 1300 C Bo:1:011:1 tells it.\n',
)


def not_captures(house):
    for text in NO_CAPTURES:
        with capture_text(text) as file:
            done = run([house.checked_bin, 'list', file.name])
        if done.returncode != 2 or b'not a capture' not in done.stderr:
            raise Failed(f'{text[:50]!r} is taken for a capture')
    return len(NO_CAPTURES)


# ---- lines that are broken -----------------------------------------------------------------------

def malformed(house):
    good = 'ffff888103a40000 1100 S Bo:1:011:1 -115 2 = 0102\n' \
           'ffff888103a40000 1300 C Bo:1:011:1 0 2 >\n'
    text = good + ''.join(line + '\n' for line, _ in MALFORMED) + good
    with capture_text(text) as file:
        records = json_lines(house.checked_bin, ['list', '--records', '--json', file.name])
        shown = run([house.checked_bin, 'list', '--records', file.name]).stdout.decode()
        stat = json_lines(house.checked_bin, ['stat', '--json', file.name])[0]
    bins = [r['bin'] for r in records]
    if bins != [None] * 2 + ['malformed'] * len(MALFORMED) + [None] * 2:
        raise Failed(f'bins are {bins}')
    if stat['unattached']['malformed'] != len(MALFORMED) or stat['attached'] != 4:
        raise Failed(f'stat counts {stat["unattached"]["malformed"]} malformed lines')
    for number, (line, reason) in enumerate(MALFORMED, 3):
        if not re.search(rf'(?m)^ *{number} .*malformed .*{reason}', shown):
            raise Failed(f'{line!r} is not shown with {reason!r}')
    return len(MALFORMED)


def capture_text(text):
    file = tempfile.NamedTemporaryFile(prefix='urbscope-textlog-', suffix='.txt')
    file.write(text.encode())
    file.flush()
    return file
