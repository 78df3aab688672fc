"""textlog: usbmon text. Every line is a record, its first word pairs submission and completion, and a
line that is none is counted and named with what is wrong with it."""

import re
import tempfile

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
             if p.name.startswith('text-')]
    return made + found + [('malformed lines', lambda: malformed(house))]


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
