"""live: the command capture and the option -i, with a scripted source (src/capture/replay.c) and a
tree like sysfs in place of a bus: files, pipes, signals, rights, messages."""

import json
import os
import pathlib
import re
import resource
import select
import signal
import subprocess
import tempfile
import time

from house import ENVIRONMENT, Failed, ROOT, SANITIZER_MARKS, Skipped, command_line
from terminal import Terminal

LIMIT = 20  # seconds: nothing here takes as long
CALLER = 1000


class Live:
    """The program with a capture to play and an empty sysfs."""

    def __init__(self, house):
        self.bin = house.checked_bin
        self.capture = ROOT / 'captures/qemu-storage.pcap'
        self.folder = tempfile.TemporaryDirectory(prefix='urbscope-live-')
        self.path = pathlib.Path(self.folder.name)
        os.chmod(self.path, 0o777)
        (self.path / 'sysfs').mkdir()
        self.records = len(self.lines(['list', '--records', self.capture])) - 1

    def start(self, arguments, env=None, **more):
        return subprocess.Popen([self.bin, *map(str, arguments)], stdin=subprocess.DEVNULL,
                                stdout=more.pop('stdout', subprocess.PIPE), cwd=ROOT,
                                stderr=subprocess.PIPE,
                                env={**ENVIRONMENT, 'URBSCOPE_SYSFS': str(self.path / 'sysfs'),
                                     **(env or {})}, **more)

    def expect(self, arguments, code, err=None, env=None, **more):
        """Runs to the end; err is a pattern that standard error must have."""
        process = self.start(arguments, env, **more)
        return self.end(process, arguments, code, err)

    def end(self, process, arguments, code, err=None):
        out, said = process.communicate(timeout=LIMIT)
        line = command_line([self.bin, *arguments])
        if process.returncode != code or any(m in said for m in SANITIZER_MARKS):
            raise Failed(f'exit code {process.returncode}, expected {code}: {said[:300]!r}', line)
        if err and not re.search(err.encode(), said):
            raise Failed(f'standard error lacks {err!r}: {said[:300]!r}', line)
        if b'\x1b' in said:
            raise Failed(f'an escape on standard error: {said[:300]!r}', line)
        return out

    def lines(self, arguments):
        return self.expect(arguments, 0).decode().splitlines()

    def stat(self, path):
        """What stat says about a file that must be whole."""
        return json.loads(self.expect(['stat', '--json', path], 0))

    def source(self, options=''):
        return f'replay:{self.capture}{options}'


def jobs(house):
    house.need_program()
    live = Live(house)
    return [(name.replace('_', ' '), lambda f=f: f(live)) for name, f in TESTS]


def wait_until(what, true, limit=LIMIT):
    end = time.monotonic() + limit
    while not true():
        if time.monotonic() > end:
            raise Failed(f'no {what} in {limit} s')
        time.sleep(0.02)


# ---- what is written ----------------------------------------------------------------------------

def the_same_transfers(live):
    """A captured file, a pipe and -i list the same as what was played."""
    want = live.lines(['list', live.capture])
    path = live.path / 'same.pcapng'
    live.expect(['capture', '-i', live.source(), '-w', path], 0, r'0 lost counted')
    if live.lines(['list', path]) != want:
        raise Failed('the file lists other transfers')
    if live.lines(['list', '-i', live.source()]) != want:
        raise Failed('-i lists other transfers')
    piped = subprocess.run(['sh', '-c', '"$0" capture -i "$1" -w - | "$0" list -', live.bin,
                            live.source()], capture_output=True, timeout=LIMIT, check=False,
                           cwd=ROOT, env=ENVIRONMENT)
    if piped.stdout.decode().splitlines() != want:
        raise Failed('the pipe lists other transfers')


def losses_are_told(live):
    for options, want in ((',lost=7', 7), ('', 0), (',unknown', None)):
        path = live.path / 'lost.pcapng'
        live.expect(['capture', '-i', live.source(options), '-w', path], 0,
                    'losses not known' if want is None else f'{want} lost counted')
        if live.stat(path)['lost'] != want:
            raise Failed(f'{options}: the file tells {live.stat(path)["lost"]}, not {want}')
        got = json.loads(live.expect(['stat', '--json', '-i', live.source(options)], 0))
        if got['lost'] != want:
            raise Failed(f'{options}: -i tells {got["lost"]}, not {want}')


def pcap_on_request(live):
    path = live.path / 'x.pcap'
    live.expect(['capture', '--pcap', '-i', live.source(), '-w', path], 0)
    got = live.stat(path)
    if got['format'] != 'pcap' or got['records'] != live.records:
        raise Failed(f'{got["format"]}, {got["records"]} records')


def limits(live):
    path = live.path / 'limit.pcapng'
    for option, value, key in (('-n', 9, 'records'), ('--transfers', 11, None)):
        live.expect(['capture', '-i', live.source(), '-w', path, option, str(value)], 0)
        got = live.stat(path)
        if key and got[key] != value:
            raise Failed(f'{option} {value}: {got[key]}')
    began = time.monotonic()
    live.expect(['capture', '-i', live.source(',pause=3'), '-w', path, '--seconds', '1'], 0)
    if not 0.9 < time.monotonic() - began < LIMIT / 2:
        raise Failed(f'--seconds 1 took {time.monotonic() - began:.1f} s')


def files_of_a_rotation(live):
    path = live.path / 'turn.pcapng'
    live.expect(['capture', '-i', live.source(), '-w', path, '--rotate-size', '4Ki', '--files',
                 '3'], 0, r'in \d+ files')
    files = sorted(live.path.glob('turn*'))
    if len(files) != 3:
        raise Failed(f'{len(files)} files, not 3')
    for f in files:
        live.stat(f)


# ---- in time ------------------------------------------------------------------------------------

def nothing_waits_in_a_pause(live):
    """While the source is silent, all that it gave is listed: by -i and through a pipe."""
    before = 40
    want = live.lines(['capture', '-i', live.source(), '-n', str(before), '-w',
                       live.path / 'part.pcapng'])
    want = [line for line in live.lines(['list', live.path / 'part.pcapng'])
            if 'pending' not in line]
    source = live.source(f',pause={before}')
    for command in (f'exec "$0" list -i "{source}"',
                    f'"$0" capture -q -i "{source}" -w - | "$0" list -'):
        process = subprocess.Popen(['sh', '-c', command, live.bin], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, cwd=ROOT, start_new_session=True,
                                   env={**ENVIRONMENT,
                                        'URBSCOPE_SYSFS': str(live.path / 'sysfs')})
        got, end = b'', time.monotonic() + LIMIT
        while got.count(b'\n') < len(want) and time.monotonic() < end:
            if select.select([process.stdout], [], [], 0.1)[0]:
                got += os.read(process.stdout.fileno(), 65536)
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=LIMIT)
        if got.count(b'\n') < len(want):
            raise Failed(f'{got.count(b"%c" % 10)} of {len(want)} lines came before the source '
                         'went on', command)


def usual_signals():
    """Whoever ran the tests may ignore some: nohup, a shell that put them in the background."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def signals_end_it_in_good_order(live):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        path = live.path / 'signal.pcapng'
        arguments = ['capture', '-i', live.source(',pause=30'), '-w', path]
        process = live.start(arguments, preexec_fn=usual_signals)
        wait_until('data', lambda p=path: p.exists() and p.stat().st_size > 1000)
        process.send_signal(number)
        live.end(process, arguments, 0, r'30 records')
        if live.stat(path)['records'] != 30:
            raise Failed(f'{live.stat(path)["records"]} records after signal {number}')
        path.unlink()
        arguments = ['stat', '--json', '-i', live.source(',pause=30')]
        process = live.start(arguments, preexec_fn=usual_signals)
        time.sleep(0.3)
        process.send_signal(number)
        if json.loads(live.end(process, arguments, 0))['records'] != 30:
            raise Failed(f'stat -i lost records at signal {number}')


def killed(live):
    """kill -9: what was written before is there, within a second of its coming."""
    path = live.path / 'killed.pcapng'
    process = live.start(['capture', '-i', live.source(',pause=50,lost=1'), '-w', path])
    time.sleep(1.6)
    process.kill()
    process.communicate(timeout=LIMIT)
    got = live.stat(path)
    if got['records'] != 50 or got['lost'] != 1:
        raise Failed(f'{got["records"]} of 50 records, {got["lost"]} lost of 1')


# ---- trouble ------------------------------------------------------------------------------------

def full_disk(live):
    """A file that cannot grow: exit code 2, a message, and the file is whole, wherever it stops."""
    for size in range(600, 1400, 37):
        path = live.path / 'full.pcapng'
        live.expect(['capture', '-i', live.source(',lost=2'), '-w', path], 2, r'full\.pcapng: ',
                    preexec_fn=lambda n=size: resource.setrlimit(resource.RLIMIT_FSIZE, (n, n)))
        if path.stat().st_size > size or live.stat(path)['lost'] != 2:
            raise Failed(f'{size}: {path.stat().st_size} bytes, {live.stat(path)["lost"]} lost')


def bus_gone(live):
    path = live.path / 'gone.pcapng'
    live.expect(['capture', '-i', live.source(',gone'), '-w', path], 2, 'gone')
    if live.stat(path)['records'] != live.records:
        raise Failed('records are missing')
    live.expect(['list', '-i', live.source(',gone')], 2, 'gone')


def messages(live):
    for arguments, err in (
            (['capture'], '-i usbmonN'),
            (['capture', '-i', 'usbmon1'], '-w FILE'),
            (['capture', '-i', 'eth0', '-w', 'x'], 'no usbmon interface'),
            (['capture', '-i', live.source(), '-w', '/nowhere/x'], '/nowhere/x'),
            (['capture', '-i', live.source(), '-w', 'x', '-d', '1'], 'VID:PID'),
            (['capture', '-i', live.source(), '-w', 'x', '--bytes', '1x'], 'a size'),
            (['capture', '-i', live.source(), '-w', 'x', '-s', '1'], '64'),
            (['capture', '-i', live.source(), '-w', 'x', '--files', '2'], '--rotate'),
            (['capture', '-i', live.source(), '-w', '-', '--rotate-size', '1M'], 'pipe'),
            (['capture', '-i', 'replay:/no\x1b[31m', '-w', 'x'], r'/no\\x1b'),
            (['list', '-i', 'usbmon1', 'file'], 'too much')):
        live.expect(arguments, 2, err)
    if not pathlib.Path('/dev/usbmon0').exists():
        live.expect(['list', '-i', 'usbmon1'], 2, 'modprobe usbmon')


def a_closed_pipe(live):
    reader, writer = os.pipe()
    os.close(reader)
    live.expect(['capture', '-q', '-i', live.source(), '-w', '-'], 0, stdout=writer)
    os.close(writer)


# ---- rights -------------------------------------------------------------------------------------

def root_is_given_up(live):
    if os.geteuid():
        raise Skipped('needs root')
    for name, env, uid, owner in (('own', {}, 65534, 0),
                                  ('sudo', {'SUDO_UID': str(CALLER), 'SUDO_GID': str(CALLER)},
                                   CALLER, CALLER)):
        path = live.path / f'{name}.pcapng'
        arguments = ['capture', '-i', live.source(',pause=5'), '-w', path, '--rotate-seconds', '9']
        process = live.start(arguments, env)
        first = live.path / f'{name}-00001.pcapng'
        wait_until('data', lambda p=first: p.exists() and p.stat().st_size > 500)
        status = pathlib.Path(f'/proc/{process.pid}/status').read_text()
        process.send_signal(signal.SIGINT)
        live.end(process, arguments, 0)
        ids = re.findall(r'^(?:Uid|Gid):\s+(.*)$', status, re.M)
        groups = re.search(r'^Groups:(.*)$', status, re.M).group(1).split()
        effective = re.search(r'^CapEff:\s+(\w+)$', status, re.M).group(1)
        if {i for line in ids for i in line.split()} != {str(uid)} or '0' in groups \
                or int(effective, 16):
            raise Failed(f'{name}: {ids}, groups {groups}, capabilities {effective}')
        if first.stat().st_uid != owner or first.stat().st_mode & 0o077:
            raise Failed(f'{name}: the file belongs to {first.stat().st_uid}')


def interfaces(live):
    device = live.path / 'sysfs/1-1'
    device.mkdir(exist_ok=True)
    for name, text in (('busnum', '1'), ('devnum', '4'), ('idVendor', '046d'),
                       ('idProduct', 'c31c'), ('speed', '12'), ('product', 'bad \x1b[31m')):
        (device / name).write_text(text + '\n')
    out = live.expect(['capture', '--list'], 0)
    if not re.search(rb'usbmon1 .*1\.4 .*1-1 .*full .*046d:c31c .*bad \\x1b\[31m', out):
        raise Failed(f'{out!r}')
    rows = [json.loads(line) for line in live.expect(['capture', '--list', '--json'], 0).splitlines()]
    if (rows[1]['interface'], rows[1]['dev'], rows[1]['port_path']) != ('usbmon1', 4, '1-1'):
        raise Failed(f'{rows}')
    for f in device.iterdir():
        f.unlink()
    device.rmdir()


def stat_is_drawn_in_place(live):
    """On a terminal `stat -i` shows the same report anew: one of it, with other numbers."""
    terminal = Terminal(live.bin, width=110, height=40)
    seen = []

    def counted():
        lines = re.findall(r'^records +(\d+) = ', terminal.screen(), re.M)
        if len(lines) > 1:
            raise Failed(f'the report stands {len(lines)} times:\n{terminal.screen()}')
        if lines and lines[0] not in seen:
            seen.append(lines[0])
        return len(seen) >= 3

    try:
        terminal.wait('READY>')
        terminal.type(f'URBSCOPE_SYSFS={live.path}/sysfs {live.bin} stat -i '
                      f'{live.source(",every=20")}; echo "code $?"')
        wait_until('third report', counted)
        terminal.keys('C-c')
        terminal.wait('code ')
        if len(re.findall(r'^records +\d', terminal.screen(), re.M)) != 1:
            raise Failed(f'not one report in the end:\n{terminal.screen()}')
    finally:
        terminal.close()
    if [int(n) for n in seen] != sorted(int(n) for n in seen):
        raise Failed(f'records do not grow: {seen}')
    return 3


TESTS = [(f.__name__, f) for f in (
    the_same_transfers, losses_are_told, pcap_on_request, limits, files_of_a_rotation,
    nothing_waits_in_a_pause, signals_end_it_in_good_order, killed, full_disk, bus_gone, messages,
    a_closed_pipe, root_is_given_up, interfaces, stat_is_drawn_in_place)]
