"""truth: the generator says what it made happen; urbscope must say the same of the capture, in
every format in which the generator writes it."""

import json
import subprocess
import tempfile

from house import Failed, ROOT, command_line, json_lines, shown

TYPES = '220 189 249 249-1.4 249-1.3 249-1.0 266 186 text-t text-u'.split()
VARIANTS = [(t, []) for t in TYPES] + [('220', ['-e', 'big']), ('189', ['-e', 'big']),
                                       ('220', ['-f', 'pcapng']), ('249', ['-f', 'pcap-ns'])]


def jobs(house):
    house.need_program()
    if not (house.build / 'gen').exists():
        raise Failed(f'{shown(house.build / "gen")} is not built')
    descriptions = sorted(p for p in (ROOT / 'tests/gen').glob('*.usb')
                          if not p.stem.startswith('bench-'))
    return [(f'{d.stem} as {" ".join([t, *options])}',
             lambda d=d, t=t, options=options: check(house, d, t, options))
            for d in descriptions for t, options in VARIANTS]


def generate(house, arguments):
    done = subprocess.run([house.build / 'gen', *arguments], capture_output=True, cwd=ROOT)
    if done.returncode:
        raise Failed('the generator: ' + done.stderr.decode('utf-8', 'replace').strip()[:200],
                     command_line([house.build / 'gen', *arguments]))
    return done.stdout


def check(house, description, link_type, options):
    common = ['-t', link_type, shown(description)]
    truth = [json.loads(line) for line in
             generate(house, ['--truth', 'json', *common]).decode().splitlines()]
    capture = generate(house, ['-o', '-', *options, *common])
    with tempfile.NamedTemporaryFile(prefix='urbscope-truth-') as file:
        file.write(capture)
        file.flush()
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


def differences(truth, said):
    wrong = []
    for happened in truth:
        listed = said.get(happened['id'], {})
        wrong += [f'transfer {happened["id"]}: {key} is {listed.get(key)!r}, was {value!r}'
                  for key, value in happened.items() if listed.get(key) != value]
    return wrong
