"""pipe, conservation, cut: what must hold for every capture, our own and those in $CORPUS."""

import collections
import math

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
    series, = json_lines(program, ['stat', '--json', '--interval', '100ms', path])
    claims = (*claims_of(stat, records, xfers), *exchange_claims(exchanges, xfers),
              *measures(stat, xfers), *reservations(stat, xfers),
              *exchange_measures(stat, exchanges), *intervals(series, stat))
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


# ---- what stat measures, from what list shows ---------------------------------------------------

def key_of(x):
    """Endpoint 0 and other message pipes have no direction."""
    return x['device'], x['ep'], x['type'], None if x['type'] == 'control' else x['dir']


def bytes_of(x):
    if x['len'] is None and x['dir'] == 'out' and x['status'] in ('ok', None):
        return x['req_len'] or 0
    return x['len'] or 0


def duration(x):
    """ns from submission to completion, None where that is not there."""
    if x['seen'] != 'both' or x['status'] in ('pending', None) or x['dur'] is None:
        return None
    return round(x['dur'] * 1e9)


def rank(values, q):
    return values[max(math.ceil(q * len(values)), 1) - 1]


def measures(stat, xfers):
    """Bytes, errors and counts are the sums over the list, percentiles those of sorting, queues
    those of adding up."""
    by = collections.defaultdict(list)
    for x in xfers:
        by[key_of(x)].append(x)
    bad = lambda x: x['status'] not in ('ok', 'pending', 'cancelled', None)
    yield {key_of(e) for e in stat['endpoints']} == set(by), 'endpoints of stat and of the list'
    for e in stat['endpoints']:
        of, name = by[key_of(e)], f'endpoint {key_of(e)}: '
        moved = sum(map(bytes_of, of))
        yield e['transfers'] == len(of), f'{name}{e["transfers"]} transfers, listed {len(of)}'
        yield (e['bytes'] or 0) == moved, f'{name}{e["bytes"]} bytes, listed {moved}'
        yield e['errors'] == sum(map(bad, of)), f'{name}{e["errors"]} errors'
        times = sorted(d for d in map(duration, of) if d is not None and d >= 0)
        for q, said in ((0.5, 'p50'), (0.9, 'p90'), (0.99, 'p99'), (0.999, 'p999'), (1, 'max')):
            got = e['latency'] and e['latency'][said]
            exact = rank(times, q) if times else None
            near = got is None if exact is None else abs(got * 1e9 - exact) <= exact / 256 + 1
            yield near, f'{name}latency {said} {got}, by sorting {exact} ns'
        yield from queues(e, of, stat, name)
        packets = sum(x['iso']['packets'] for x in of if x['iso'] and x['status'] != 'pending')
        yield (not e['iso'] or e['iso']['packets'] == packets,
               f'{name}{e["iso"] and e["iso"]["packets"]} packets, listed {packets}')
        lengths = collections.Counter(x['len'] for x in of if x['len'] is not None)
        for said in (l for l in stat['lengths'] if part_of(l, e)):
            at_least = lengths[said['len']]
            yield (said['count'] >= at_least or e['segments'] is None,
                   f'{name}{said["count"]} of {said["len"]} bytes, listed {at_least}')
    for level in 'total', 'buses', 'devices':
        for what in 'transfers', 'bytes', 'errors':
            sums = [sum(row[what] or 0 for row in stat[k]) for k in (level, 'endpoints')]
            yield sums[0] == sums[1], f'{what} of {level} and of endpoints: {sums}'


def reservations(stat, xfers):
    """A bus is fullest when something is selected, or from its first transfer on."""
    ends, held = collections.defaultdict(set), collections.defaultdict(set)
    for x in filter(selects, xfers):
        ends[x['bus']].add(round(x['t'] + x['dur'], 9))
    for e in stat['reservation']['endpoints']:
        held[e['bus']].add(e['device'])
    selected = {x['device'] for x in xfers if selects(x)}
    for row in stat['reservation']['buses']:
        bus = row['bus']
        first = min((x['t'] for x in xfers if x['bus'] == bus), default=0)
        yield (not held[bus] <= selected or row['t'] in ends[bus] | {first},
               f'bus {bus} was fullest at {row["t"]}, when nothing was selected')


def selects(x):
    """SET_CONFIGURATION, SET_INTERFACE; of the latter some captures do not tell the recipient."""
    s = x['setup']
    return s and x['status'] == 'ok' and s['bmRequestType'] in (0, 1) and s['bRequest'] in (9, 11)


def exchange_measures(stat, exchanges):
    by = collections.defaultdict(list)
    for x in exchanges:
        by[x['device'], x['interface'], x['proto']].append(x)
    key = lambda e: (e['device'], e['interface'], e['proto'])
    yield {key(e) for e in stat['exchanges']} == set(by), 'exchanges of stat and of the list'
    for e in stat['exchanges']:
        of, name = by[key(e)], f'exchanges of {key(e)}: '
        results = collections.Counter(x['result'] for x in of)
        yield e['exchanges'] == len(of), f'{name}{e["exchanges"]}, listed {len(of)}'
        yield +results == {k: n for k, n in e['results'].items() if n}, f'{name}{e["results"]}'
        yield e['bytes'] == sum(x['bytes'] or 0 for x in of), f'{name}{e["bytes"]} bytes'
        times = sorted(round(x['dur'] * 1e9) for x in of if x['result'] != 'incomplete')
        for q, said in ((0.5, 'p50'), (0.99, 'p99'), (1, 'max')):
            exact = rank(times, q) if times else None
            got = e['latency'] and e['latency'][said]
            yield (got is None if exact is None else abs(got * 1e9 - exact) <= exact / 256 + 1,
                   f'{name}latency {said} {got}, by sorting {exact} ns')


def part_of(part, e):
    return all(part[k] == e[k] for k in ('bus', 'dev', 'device', 'ep', 'dir', 'type'))


def queues(e, of, stat, name):
    depths = [d for d in stat['depths'] if part_of(d, e)]
    if not e['queue']:
        return
    span, active = (sum(round(d['time'] * 1e9) for d in depths if d['depth'] >= least)
                    for least in (0, 1))
    # times of many years are not exact to the ns as Python reads them
    yield (abs(active - round(e['queue']['active'] * 1e9)) <= 1 + active / 2**51,
           f'{name}active time')
    if e['queue']['exact'] and not any(x['status'] == 'pending' for x in of):
        # a refused URB was never in the queue
        queued = sum(duration(x) or 0 for x in of if x['end'] != 'refused')
        mean = queued / span if span else None
        said = e['queue']['mean']
        yield (said is None if mean is None else abs(said - mean) <= 1e-6 * (1 + mean),
               f'{name}mean queue depth {said}, adding up says {mean}')


    lost = any(x['end'] == 'lost' or (x['dur'] is None and x['status'] != 'pending') for x in of)
    if e['queue']['exact'] and not lost and stat['duration'] < 1e6:
        got = {d['depth']: round(d['time'] * 1e9) for d in depths if d['time']}
        exact = shares(of, round(stat['duration'] * 1e9))
        yield got == exact, f'{name}time at each depth {got}, by following it {exact}'


def shares(of, until):
    """ns at each depth of the queue, from the times of the list."""
    edges = []
    for x in of:
        if x['seen'] != 'complete' and x['end'] != 'refused':
            begin = round(x['t'] * 1e9)
            end = until if x['status'] == 'pending' else begin + round(x['dur'] * 1e9)
            edges += [(begin, 1), (end, -1)]
    time, depth, last = collections.Counter(), 0, None
    for at, change in sorted(edges):
        time[min(depth, 16)] += at - (at if last is None else last)
        last, depth = at, depth + change
    return {d: ns for d, ns in time.items() if ns}


def intervals(series, stat):
    """Nothing is left out between the lines of --interval."""
    rows = series.pop('series')
    whole = {r['t']: r for r in reversed(rows)}.values()  # the first line of each
    ended = stat['transfers']['total'] - stat['statuses']['pending']
    yield series == stat, 'stat with --interval says something else'
    counted = sum(r['transfers'] for r in whole)
    yield ended <= counted <= stat['transfers']['total'], f'{counted} transfers in all intervals'
    moved = [sum(row['bytes'] or 0 for row in stat['endpoints']), sum(r['bytes'] for r in whole),
             sum(r['bytes'] for r in rows) - sum(r['bytes'] for r in whole)]
    yield len(set(moved)) == 1, f'bytes of endpoints, of all intervals, of their lines: {moved}'
    ends = [r['t'] + r['dur'] for r in whole]
    yield (all(a['t'] > b['t'] for a, b in zip(whole, [*whole][1:])),
           'intervals do not follow each other')
    yield len(ends) < 3 or max(ends) > 0, 'intervals have no length'
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
