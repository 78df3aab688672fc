#!/usr/bin/python3
"""Compares the transactions urbscope lists with another decoder's items beside the capture
(CAPTURE.oracle.tsv: item, group, endpoint, transaction, pkt_first, pkt_last, transaction_desc,
group_desc), by packet range. tests/peer/differences-bus.tsv lists the deliberate differences.

    tests/peer/bus_oracle.py PROGRAM CAPTURE     all differences, a line each
"""

import csv
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent

WHOLE = re.compile(r'(\w+) transaction on (\d+)\.(\d+)(?: with (no|\d+) data(?: bytes)?)?'
                   r'(?:, (\w+))?(?:: .*)?$')
SPLIT = re.compile(r'(Starting|Completing) (\w+) transaction on (\d+)\.(\d+)'
                   r'(?: with (no|\d+) data(?: bytes)?)?(?:, (\w+))?(?:: .*)?$')
SOFS = re.compile(r'\d+ SOF packets?$')
MALFORMED = re.compile(r'\d+ malformed packets?$')
ALONE = re.compile(r'(ACK|NAK|STALL|NYET|DATA\d) transaction$')  # no token before it


def deliberate():
    """{capture: {kind: count}}"""
    known = {}
    for line in (HERE / 'differences-bus.tsv').read_text().splitlines():
        if line and not line.startswith('#'):
            capture, kind, count, _ = line.split('\t')
            known.setdefault(capture, {})[kind] = int(count)
    return known


def rows(items):
    with open(items, newline='') as file:
        for row in csv.DictReader(file, delimiter='\t', quoting=csv.QUOTE_NONE):
            row['first'], row['last'] = int(row['pkt_first']), int(row['pkt_last'])
            yield row


def data_length(text):
    return None if text is None else 0 if text == 'no' else int(text)


def whole(row, match, mine):
    """A transaction that is not split: the same packets, fields, answer."""
    pid, device, endpoint, length, handshake = match.groups()
    if not mine:
        yield 'missing', 'no transaction begins there'
        return
    if mine['last'] != row['last']:
        yield 'range', f'ends at {mine["last"]}'
    said = (mine['pid'], mine['dev'], mine['ep'], mine['handshake'])
    if said != (pid, int(device), int(endpoint), handshake):
        yield 'fields', f'is {said}'
    if data_length(length) is not None and mine['len'] != data_length(length):
        yield 'length', f'is {mine["len"]}'


def split_part(row, match, splits):
    """Theirs are the parts, ours is the whole: from the first start to the last complete."""
    part, pid, device, endpoint, length, handshake = match.groups()
    inside = [t for t in splits if t['first'] <= row['first'] and row['last'] <= t['last']
              and (t['pid'], t['dev'], t['ep']) == (pid, int(device), int(endpoint))]
    if not inside:
        yield 'missing', 'no split transaction holds it'
    elif part == 'Completing' and handshake not in (None, 'NYET', inside[0]['handshake']):
        yield 'fields', f'ends with {inside[0]["handshake"]}'
    elif part == 'Completing' and data_length(length) is not None \
            and inside[0]['len'] != data_length(length):
        yield 'length', f'is {inside[0]["len"]}'


def in_bin(row, wanted, bins):
    wrong = [n for n in range(row['first'], row['last'] + 1) if bins.get(n) not in wanted]
    if wrong:
        yield 'bin', f'record {wrong[0]} is in {bins.get(wrong[0])}'


def differences(items, transactions, records):
    """{kind: [text]}"""
    by_first = {t['first']: t for t in transactions}
    splits = [t for t in transactions if t['split']]
    bins = {r['n']: r.get('bin') if r['transfer'] is None else 'transfer' for r in records}
    kinds, covered, groups = {}, set(), {}
    for row in rows(items):
        text = row['transaction_desc']
        match = WHOLE.match(text)
        mine = by_first.get(row['first'])
        covered.update(range(row['first'], row['last'] + 1))
        if match and not SPLIT.match(text):
            found = whole(row, match, mine)
        elif SPLIT.match(text):
            found = split_part(row, SPLIT.match(text), splits)
        elif SOFS.match(text):
            # The range of a group of SOFs may have other packets in it.
            found = in_bin(row, ('sof', 'transfer', 'keepalive', 'state', 'custom'), bins)
        elif MALFORMED.match(text):
            found = in_bin(row, ('malformed',), bins)
        elif ALONE.match(text):
            found = in_bin(row, ('orphan',), bins)
        else:
            found = [('unmatched', 'unknown kind of item')]
        for kind, why in found:
            kinds.setdefault(kind, []).append(f'{row["first"]}–{row["last"]} {text}: {why}')
        if mine and match and row['group_desc'].startswith(('Getting', 'Setting', 'Clearing')):
            groups.setdefault(row['group'], set()).add(mine['transfer'])
    extra = [t for t in transactions if t['first'] not in covered]
    if extra:
        kinds['extra'] = [f'{t["first"]}–{t["last"]} {t["pid"]}: only urbscope has it'
                          for t in extra]
    several = [f'their control transfer {g} is {sorted(ids)}' for g, ids in groups.items()
               if len(ids) != 1]
    if several:
        kinds['control'] = several
    return kinds


def main():
    program, capture = sys.argv[1:]
    said = [[json.loads(line) for line in subprocess.run(
        [program, 'list', option, '--json', capture], capture_output=True, text=True,
        check=False).stdout.splitlines()] for option in ('--transactions', '--records')]
    for kind, texts in differences(capture + '.oracle.tsv', *said).items():
        for text in texts:
            print(f'{kind}\t{text}')


if __name__ == '__main__':
    main()
