"""pipe, conservation, cut: what must hold for every capture, our own and those in $CORPUS."""

import collections

from house import Failed, Skipped, command_line, first_line, json_lines, run, shown

# Every key scripts may rely on; more may come, none may go.
XFER_KEYS = set('id first last records t dur bus dev device ep dir type speed seen status short '
                'raw_status os end req_len len setup iso naks retries stream synthetic proto '
                'exchange info'.split())
EXCHANGE_KEYS = set('id proto first last transfers t dur bus dev device interface result bytes info'
                    .split())
EXCHANGE_RESULTS = set('ok failed error cancelled cut incomplete'.split())
RECORD_KEYS = set('n t link kind urb transfer bus dev ep dir type raw_status urb_len data_len '
                  'pid'.split())
STAT_KEYS = set('start records attached unattached duration lost transfers statuses '
                'endpoints'.split())
STATUSES = set('ok stall timeout crc protocol babble short cancelled disconnected no-bandwidth '
               'overrun underrun missed error pending unknown'.split())
# Reading byte by byte costs a system call each: larger captures only as a pipe and in 4096.
SMALL = 256 * 1024
CUT_RECORDS = 1500


def named(path):
    return shown(path) if 'captures' in path.parts else path.name



def per_capture(house, check):
    house.need_program()
    files = house.all_captures()
    if not files:
        raise Failed('there are no captures')
    return [(named(p), lambda p=p: check(house, p)) for p in files]


# ---- pipe ---------------------------------------------------------------------------------------

def pipe(house):
    return per_capture(house, check_pipe)


def check_pipe(house, path):
    """A capture read as file, as pipe and in odd blocks says the same, and exits alike."""
    ways = [('pipe', None), ('pipe', 7), ('file', 4096)]
    if path.stat().st_size <= SMALL:
        ways += [('file', 1), ('file', 7)]
    commands = (['list', '--json'], ['list', '--records', '--json'], ['stat', '--json'])
    for command in commands:
        whole = run([house.bin, *command, path])
        for way, block in ways:
            extra = {'URBSCOPE_BLOCK': str(block)} if block else None
            stdin = path if way == 'pipe' else None
            arguments = [house.bin, *command, '-' if stdin else path]
            done = run(arguments, stdin, extra)
            if (done.stdout, done.returncode) != (whole.stdout, whole.returncode):
                raise Failed(f'{" ".join(command)} as {way}, block {block or "default"}: differs '
                             'from the file in one read', command_line(arguments, stdin, extra))
    return len(commands) * len(ways)


# ---- conservation -------------------------------------------------------------------------------

def conservation(house):
    return per_capture(house, check_conservation)


def check_conservation(house, path):
    program = house.checked_bin
    done = run([program, 'stat', '--json', path])
    if done.returncode not in (0, 2):
        raise Failed(f'exit code {done.returncode}', command_line(done.args))
    if not done.stdout:
        if done.returncode != 2 or not done.stderr:
            raise Failed('neither output nor a message', command_line(done.args))
        raise Skipped(first_line(done.stderr))
    stat, = json_lines(program, ['stat', '--json', path])
    records = json_lines(program, ['list', '--records', '--json', path])
    xfers = json_lines(program, ['list', '--json', path])
    exchanges = json_lines(program, ['list', '--exchanges', '--json', path])
    claims = claims_of(stat, records, xfers) + exchange_claims(exchanges, xfers)
    broken = [text for holds, text in claims if not holds]
    if broken:
        raise Failed('; '.join(broken), command_line([house.bin, 'stat', '--json', path]),
                     len(claims) - len(broken))
    return len(claims)


def claims_of(stat, records, xfers):
    """(holds, what is wrong if not), the conservation law seen from every side."""
    bins, members = {}, {}
    for record in records:
        if record['transfer'] is None:
            bins[record.get('bin')] = bins.get(record.get('bin'), 0) + 1
        else:
            members.setdefault(record['transfer'], []).append(record['n'])
    unattached = {k: v for k, v in stat['unattached'].items() if v}
    total = stat['attached'] + sum(unattached.values())
    of = {x['id']: x for x in xfers}
    # A result that this kind of capture never records is null, in stat "unknown".
    statuses = dict(collections.Counter(x['status'] or 'unknown' for x in xfers))
    types = {k: v for k, v in stat['transfers'].items() if k != 'total'}
    return (
        (STAT_KEYS <= set(stat), f'stat lacks {STAT_KEYS - set(stat)}'),
        (all(RECORD_KEYS <= set(r) for r in records), 'a record lacks a key'),
        (all(XFER_KEYS <= set(x) for x in xfers), 'a transfer lacks a key'),
        (stat['records'] == total, f'{stat["records"]} records, but attached + unattached {total}'),
        ([r['n'] for r in records] == list(range(1, stat['records'] + 1)),
         f'{stat["records"]} records, but list --records has {len(records)} or misnumbers them'),
        (bins == unattached, f'bins of the records {bins}, of stat {unattached}'),
        (sum(map(len, members.values())) == stat['attached'], 'attached differs from the records'),
        (len(xfers) == stat['transfers']['total'] == sum(types.values()),
         f'{len(xfers)} transfers listed, stat says {stat["transfers"]}'),
        (sorted(of) == list(range(1, len(xfers) + 1)), 'transfer ids are not 1…N'),
        (statuses == {k: v for k, v in stat['statuses'].items() if v},
         f'statuses of the list {statuses}, of stat {stat["statuses"]}'),
        (set(statuses) <= STATUSES, 'a status that the JSON promises do not know'),
        (set(members) == set(of), 'a transfer without records, or a record without its transfer'),
        (all((x['first'], x['last'], x['records']) == (m[0], m[-1], len(m))
             for x, m in ((of.get(i), m) for i, m in members.items()) if x),
         'first, last or records of a transfer differ from its records'),
        (all(a['first'] < b['first'] for a, b in zip(*in_begin_order(xfers))),
         'ids do not follow the order in which transfers begin'),
        (sum(e['transfers'] for e in stat['endpoints']) == len(xfers),
         'the endpoints\' transfers do not add up'),
    )


def exchange_claims(exchanges, xfers):
    """Exchanges are made of the transfers that say so, and of no others."""
    members = {}
    for x in xfers:  # in the order of their ends
        if x['exchange'] is not None:
            members.setdefault(x['exchange'], []).append(x)
    of = {e['id']: e for e in exchanges}
    pairs = [(of[i], m) for i, m in members.items() if i in of]
    return (
        (all(EXCHANGE_KEYS <= set(e) for e in exchanges), 'an exchange lacks a key'),
        (len(of) == len(exchanges) and set(of) == set(members) == set(range(1, len(of) + 1)),
         'exchanges are not those that transfers belong to, or not numbered 1…N'),
        (all(e['transfers'] == len(m) <= 4096 for e, m in pairs), 'transfers of an exchange'),
        (all(e['first'] == min(x['id'] for x in m) and e['last'] == max(x['id'] for x in m)
             for e, m in pairs),
         'first or last transfer of an exchange'),
        (all(abs(e['t'] - min(x['t'] for x in m)) < 1e-8 for e, m in pairs),
         'an exchange does not begin with its first transfer'),
        (all({(x['bus'], x['device']) for x in m} == {(e['bus'], e['device'])} for e, m in pairs),
         'an exchange has transfers of another device'),
        (all(e['result'] in EXCHANGE_RESULTS for e in exchanges), 'an unknown result'),
    )


def in_begin_order(xfers):
    ordered = sorted(xfers, key=lambda x: x['id'])
    return ordered, ordered[1:]


# ---- cut ----------------------------------------------------------------------------------------

def cut(house):
    program = (house.sanitized if house.sanitizing else house.build) / 'tests/cuts'
    if not program.exists():
        raise Failed(f'{shown(program)} is not built')
    return [(named(p), lambda p=p: check_cut(house, program, p)) for p in house.all_captures()]


def check_cut(house, program, path):
    arguments = [program] + (['-f'] if house.fast else [])
    arguments += ['-n', str(CUT_RECORDS)] if 'captures' not in path.parts else []
    done = run([*arguments, path], timeout=600)
    if done.returncode == 3:
        raise Skipped(first_line(done.stderr))
    if done.returncode:
        raise Failed(first_line(done.stderr), command_line([*arguments, path]))
