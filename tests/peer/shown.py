"""What the comparisons of decoded fields share: transfers as urbscope shows them, with the records
they are made of, and the comparison itself."""

import collections
import json
import subprocess

import tshark


def listed(program, path, *arguments):
    """The lines of `list --json`."""
    done = subprocess.run([program, 'list', '--json', *arguments, str(path)],
                          capture_output=True, timeout=300)
    if done.returncode not in (0, 2):
        raise tshark.Unreadable(f'urbscope list ended with {done.returncode}')
    return [json.loads(line) for line in done.stdout.decode('utf-8').splitlines()]


def transfers(program, path, expression=None, counts=lambda record: True):
    """[(transfer with its fields, numbers of its records)] of those that a filter keeps; only of
    records that count."""
    kept = listed(program, path, '-v', '--no-ids', *(['-f', expression] if expression else []))
    records = collections.defaultdict(list)
    for record in listed(program, path, '--records') if kept else []:
        if counts(record):
            records[record['transfer']].append(record['n'])
    return [(xfer, records[xfer['id']]) for xfer in kept]


def flat(fields):
    """All fields of a tree."""
    for field in fields:
        yield field
        yield from flat(field.get('fields', []))


def named_values(fields, name_of, parent='', said=None):
    """{name: its values} of a tree; name_of(parent's key, key): the name, or None. What has no value
    was not read, or is a heading."""
    said = collections.defaultdict(list) if said is None else said
    for field in fields:
        name = name_of(parent, field['key'])
        if name and field['value'] is not None:
            said[name].append(str(field['value']))
        named_values(field.get('fields', []), name_of, field['key'], said)
    return said


def joined(said):
    return {name: ','.join(values) for name, values in said.items()}


def compare(asked, frames, said, whole):
    """(number of values compared, {field: [(record, tshark's, ours)]}) of transfers; said(frames of
    a transfer, transfer) → tshark's and our {field: values as one text}. Where tshark shows nothing
    that is one difference, `whole`."""
    differences = collections.defaultdict(list)
    compared = 0
    for xfer, numbers in asked:
        theirs, ours = said([frames[n - 1] for n in numbers if n <= len(frames)], xfer)
        if ours and not theirs:
            differences[whole].append((numbers[-1], None, len(ours)))
            continue
        for field in sorted(set(ours) | set(theirs)):
            mine, yours = ours.get(field, ''), theirs.get(field, '')
            compared += bool(mine or yours)
            if mine != yours:
                differences[field].append((numbers[-1], yours, mine))
    return compared, differences
