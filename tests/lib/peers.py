"""peer, records: urbscope against tshark and libpcap on the same captures."""

import shutil
import sys

from house import Failed, ROOT, Skipped, command_line, first_line, run, shown

sys.path.insert(0, str(ROOT / 'tests/peer'))
import tshark as comparison
from captures import named



def tshark(house):
    house.need_program()
    jobs = [(named(p), lambda p=p: check_tshark(house, p)) for p in house.all_captures()]
    return jobs + [('differences.tsv', lambda: check_table(house))]


def check_tshark(house, path):
    if not shutil.which('tshark'):
        raise Skipped('tshark is not installed')
    try:
        compared, differences = comparison.compare(house.bin, path, house.build / 'peer')
    except comparison.Unreadable as reason:
        raise Skipped(str(reason)) from None
    lines = comparison.verdict(path, differences)
    if lines:
        raise Failed('; '.join(lines), f'tests/peer/tshark.py --bin {shown(house.bin)} --all '
                     + shown(path))
    return 1


def check_table(house):
    """Every capture the table names is one that was compared."""
    known = {p.name for p in house.all_captures()}
    gone = sorted(set(comparison.deliberate()) - known)
    if gone and house.corpus:
        raise Failed('entries for captures that do not exist: ' + ', '.join(gone))
    if gone:
        raise Skipped(f'$CORPUS is not there: {len(gone)} captures of differences.tsv not compared')


def records(house):
    """libpcap's records and the reader's: the same numbers, times, lengths and bytes."""
    tools = [house.build / 'tests' / name for name in ('libpcap_records', 'reader_records')]
    if any(not (ROOT / 'tests/peer' / f'{t.name}.c').exists() for t in tools):
        return []
    missing = [shown(t) for t in tools if not t.exists()]
    if missing:
        raise Failed(f'{missing[0]} is not built')
    return [(named(p), lambda p=p: check_records(*tools, p)) for p in house.all_captures()]


def check_records(peer, reader, path):
    theirs = run([peer, path])
    if theirs.returncode:
        raise Skipped('libpcap cannot read it: ' + first_line(theirs.stderr))
    ours = run([reader, path])
    if theirs.stdout != ours.stdout:
        pairs = zip(theirs.stdout.splitlines(), ours.stdout.splitlines())
        line = next((i for i, (a, b) in enumerate(pairs, 1) if a != b), 'count')
        raise Failed(f'differs at line {line}', 'bash -c "diff <(%s) <(%s)"' % (
            command_line([peer, path]), command_line([reader, path])))
