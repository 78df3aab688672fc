"""cli: what scripts rely on beside the output: exit codes, messages, help pages, closed pipes."""

import fcntl
import os
import pathlib
import re
import select
import struct
import subprocess
import tempfile
import termios
import time

from house import (ENVIRONMENT, Failed, ROOT, SANITIZER_MARKS, Skipped, command_line,
                   pseudo_terminal, run)

COMMANDS = ('list show explain devices stat iso check diff report view capture exercise replay '
            'convert').split()
NOBODY = 65534
ESCAPE = b'\x1b'


class Box:
    """The program, a capture that certainly works, and a folder for files that do not."""

    def __init__(self, house):
        self.bin = house.checked_bin
        own = house.own_captures()
        if not own:
            raise Failed('there are no captures')
        self.capture = max((p for p in own if p.suffix in ('.pcap', '.pcapng')),
                           key=lambda p: p.stat().st_size)
        self.folder = tempfile.TemporaryDirectory(prefix='urbscope-cli-')
        self.path = pathlib.Path(self.folder.name)
        self.commands = commands_of(self.bin)

    def file(self, name, content):
        path = self.path / name
        path.write_bytes(content)
        return path

    def expect(self, arguments, code, out=None, err=None, stdin=None):
        """Runs; out and err are patterns that must be found, '' wants silence."""
        done = run([self.bin, *arguments], stdin)
        more = command_line([self.bin, *arguments], stdin)
        if done.returncode != code:
            raise Failed(f'exit code {done.returncode}, expected {code}', more)
        for what, pattern, text in (('output', out, done.stdout), ('standard error', err,
                                                                    done.stderr)):
            if pattern == '' and text:
                raise Failed(f'{what} is not empty: {text[:100]!r}', more)
            if pattern and not re.search(pattern.encode(), text, re.M):
                raise Failed(f'{what} lacks {pattern!r}: {text[:200]!r}', more)
        return done


def commands_of(program):
    """The commands `--help` names at the beginning of a line."""
    text = run([program, '--help']).stdout.decode()
    return [c for c in COMMANDS if re.search(rf'^\s+{c}\b', text, re.M)]


def jobs(house):
    house.need_program()
    box = Box(house)
    found = [(name.replace('_', ' '), lambda f=f: f(box)) for name, f in TESTS]
    found += [(f'help of {c}', lambda c=c: help_page(box, c)) for c in box.commands]
    return found


# ---- help ---------------------------------------------------------------------------------------

def help_page(box, command):
    pages = [box.expect([command, option], 0, rf'urbscope {command}\b', '').stdout
             for option in ('-h', '--help')]
    if pages[0] != pages[1]:
        raise Failed('-h and --help differ')
    if max(map(len, pages[0].decode().splitlines())) > 100:
        raise Failed('a line of the page has more than 100 columns')


def version_and_help(box):
    box.expect(['--version'], 0, r'^urbscope \d', '')
    box.expect(['--help'], 0, r'urbscope', '')
    if not {'list', 'show', 'stat'} <= set(box.commands):
        raise Failed(f'--help names only {box.commands}')


def manual_page(box):
    """A line that begins with a dot or an apostrophe is a macro; an unknown one vanishes."""
    known = set('TH SH SS TP PP IP RS RE B BR I IR RB RI BI nf fi EX EE br sp'.split())
    for number, line in enumerate((ROOT / 'src/doc/urbscope.1').read_text().splitlines(), 1):
        if line[:1] in ('.', "'") and not line.startswith('.\\"') and \
                line[1:].split(' ')[0] not in known:
            raise Failed(f'urbscope.1, line {number}: no macro: {line[:40]}')


# ---- usage --------------------------------------------------------------------------------------

def bad_usage(box):
    wrong = (['no-such-command', box.capture], ['list', '--no-such-option', box.capture],
             ['list', '--format', 'runes', box.capture], ['list', '-n', 'many', box.capture],
             ['list', '-n', '-1', box.capture], ['show', box.capture],
             ['list', '--color', 'blue', box.capture], ['list', '-f'], ['--no-such-option'],
             ['list', box.capture, box.capture])
    for arguments in wrong:
        box.expect(arguments, 2, '', r'^urbscope: ')
    return len(wrong)


def misspelt(box):
    """What was meant is named; what does not go together is refused."""
    said = ((['lst', box.capture], 'did you mean list'),
            (['list', '--colour', 'never', box.capture], 'did you mean --color'),
            (['stat', '--intervall=1s', box.capture], 'did you mean --interval'),
            (['--colour'], 'not an option'),
            (['list', '-d', '1.5', box.capture], "-f 'dev == 5'"),
            (['stat', '--no-inject', box.capture], '-i'),
            (['list', '--records', '--exchanges', box.capture], 'at a time'))
    for arguments, pattern in said:
        box.expect(arguments, 2, '', pattern)
    return len(said)


def the_last_format_counts(box):
    csv = box.expect(['list', '-n', '1', '--json', '--format', 'csv', box.capture], 0).stdout
    json = box.expect(['list', '-n', '1', '--format', 'csv', '--json', box.capture], 0).stdout
    if csv.startswith(b'{') or not json.startswith(b'{'):
        raise Failed('of --json and --format not the last one counts')


def packets_where_there_are_none(box):
    for level in '--packets', '--transactions':
        box.expect(['list', level, box.capture], 0, None, 'no bus packets')
        box.expect(['list', level, '-q', box.capture], 0, None, '')


def help_alone(box):
    if box.expect(['help'], 0).stdout != box.expect(['--help'], 0).stdout:
        raise Failed('urbscope help is not urbscope --help')


def bad_filter(box):
    for command in ('list', 'stat', 'iso'):
        box.expect([command, '-f', 'dev == ', box.capture], 2, '', r'\^')
        box.expect([command, '-f', 'no_such_field == 1', box.capture], 2, '', r'no_such_field')


def show_what_is_not_there(box):
    for number in ('0', '4000000000', '99999999999999999999', '-1', 'x'):
        box.expect(['show', number, box.capture], 2, '', r'^urbscope: ')


def count(box):
    done = box.expect(['list', '--json', '-n', '3', box.capture], 0, None, '')
    if len(done.stdout.splitlines()) != 3:
        raise Failed(f'-n 3 gives {len(done.stdout.splitlines())} lines')


def a_file_alone_is_listed(box):
    if box.expect([box.capture], 0).stdout != box.expect(['list', box.capture], 0).stdout:
        raise Failed('urbscope FILE is not urbscope list FILE')


# ---- input --------------------------------------------------------------------------------------

def unreadable_input(box):
    """Each is named in the message, yields no output and exit code 2."""
    gone = box.path / 'gone.pcap'
    files = (gone, box.path, box.file('empty.pcap', b''), box.file('text.pcap', b'hello\n' * 99),
             box.file('zeros.pcap', bytes(4096)),
             box.file('header.pcap', box.capture.read_bytes()[:5]),
             box.file('noise.gz', b'\x1f\x8b\x08' + bytes(range(256))))
    for path in files:
        for command in ('list', 'stat', 'iso'):
            box.expect([command, path], 2, None, re.escape(path.name))
    return len(files) * 3


def no_permission(box):
    if os.getuid():
        raise Skipped('needs root, to become a user who may not read')
    path = box.file('secret.pcap', box.capture.read_bytes())
    path.chmod(0)
    box.path.chmod(0o755)
    try:
        done = subprocess.run([box.bin, 'list', path], capture_output=True, user=NOBODY,
                              group=NOBODY, extra_groups=[], env=ENVIRONMENT, timeout=60)
    except PermissionError:
        raise Skipped('the build folder is closed to other users') from None
    if done.returncode != 2 or b'secret.pcap' not in done.stderr or done.stdout:
        raise Failed(f'exit code {done.returncode}, says {done.stderr[:200]!r}')


def truncated_file(box):
    """All before the damage is shown, with a warning and exit code 2."""
    whole = box.expect(['list', '--records', '--json', box.capture], 0).stdout.splitlines()
    cut = box.file('cut.pcap', box.capture.read_bytes()[:-7])
    done = box.expect(['list', '--records', '--json', cut], 2, None, r'^urbscope: .*warning')
    if len(done.stdout.splitlines()) < len(whole) - 1:
        raise Failed(f'{len(done.stdout.splitlines())} records of {len(whole)} are left')
    box.expect(['stat', '--json', cut], 2, r'^\{.*\}\s*$', r'^urbscope: .*warning')
    box.expect(['list', '-q', cut], 2, None, '')


def hostile_file_name(box):
    path = box.file('\x1b[2J\x07evil\n.pcap', b'no capture')
    done = box.expect(['list', path], 2, '', r'evil')
    if re.search(rb'[\x00-\x09\x0b-\x1f\x7f]', done.stderr) or done.stderr.count(b'\n') > 3:
        raise Failed(f'control characters reach the terminal: {done.stderr[:200]!r}')


# ---- output -------------------------------------------------------------------------------------

def closed_pipe(box):
    """Nobody reads: no message, no signal, exit code 0."""
    for command in (['list'], ['list', '--json'], ['list', '--records'], ['stat'], ['iso'],
                    ['show', '1'],
                    ['--help']):
        arguments = [box.bin, *command] + ([box.capture] if command != ['--help'] else [])
        reader, writer = os.pipe()
        os.close(reader)
        done = subprocess.run([str(a) for a in arguments], stdin=subprocess.DEVNULL, stdout=writer,
                              stderr=subprocess.PIPE, cwd=ROOT, env=ENVIRONMENT, timeout=60)
        os.close(writer)
        if done.returncode or done.stderr:
            raise Failed(f'{" ".join(command)}: exit code {done.returncode}, '
                         f'says {done.stderr[:200]!r}', command_line(arguments) + ' | :')


def full_disk(box):
    for command in (['list'], ['stat', '--json'], ['iso']):
        with open('/dev/full', 'wb') as full:
            done = subprocess.run([box.bin, *command, box.capture], stdin=subprocess.DEVNULL,
                                  stdout=full, stderr=subprocess.PIPE, cwd=ROOT, env=ENVIRONMENT,
                                  timeout=60)
        if done.returncode != 2 or b'urbscope: ' not in done.stderr \
                or any(m in done.stderr for m in SANITIZER_MARKS):
            raise Failed(f'{" ".join(command)}: exit code {done.returncode}, '
                         f'says {done.stderr[:200]!r}',
                         command_line([box.bin, *command, box.capture]) + ' > /dev/full')


def colour(box):
    plain = box.expect(['list', box.capture], 0).stdout
    if ESCAPE in plain:
        raise Failed('colours without a terminal')
    if ESCAPE not in box.expect(['list', '--color', 'always', box.capture], 0).stdout:
        raise Failed('--color always gives no colours')
    if box.expect(['list', '--color', 'never', box.capture], 0).stdout != plain:
        raise Failed('--color never is not the default without a terminal')
    for extra in ({'NO_COLOR': '1'}, {}):
        done = run([box.bin, 'list', '--json', '--color', 'always', box.capture], extra=extra)
        if ESCAPE in done.stdout:
            raise Failed('colours in JSON')


# ---- on a terminal ------------------------------------------------------------------------------

def read_until(terminal, text, said=b'', limit=30):
    """What the terminal got, once `text` is in what comes now, or at the end."""
    end, begin = time.monotonic() + limit, len(said)
    while text is None or text not in said[begin:]:
        if not select.select([terminal], [], [], max(end - time.monotonic(), 0))[0]:
            raise Failed(f'{text!r} does not come within {limit} s: {said[-200:]!r}')
        try:
            part = os.read(terminal, 65536)
        except OSError:
            part = b''
        if not part:
            return said
        said += part
    return said


def report_follows_a_pipe(box):
    """stat draws what it has while its input goes on, messages stay, the last report too."""
    data = box.capture.read_bytes()
    size = struct.pack('HHHH', 24, 100, 0, 0)
    terminal, other = pseudo_terminal()
    fcntl.ioctl(other, termios.TIOCSWINSZ, size)
    environment = {**ENVIRONMENT, 'TERM': 'xterm', 'NO_COLOR': '1'}
    with subprocess.Popen([box.bin, 'stat', '-'], stdin=subprocess.PIPE, stdout=other, stderr=other,
                          cwd=ROOT, env=environment) as process:
        os.close(other)
        process.stdin.write(data[:len(data) // 2])
        process.stdin.flush()
        said = read_until(terminal, b'\x1b[J')
        process.stdin.write(data[len(data) // 2:-3])
        process.stdin.flush()
        said = read_until(terminal, b'\x1b[J', said)
        process.stdin.close()
        said = read_until(terminal, None, said)
    os.close(terminal)
    if process.returncode != 2:
        raise Failed(f'exit code {process.returncode} of a truncated capture')
    drawn, last = said.split(b'\x1b[?1049l')
    frames = drawn.split(b'\x1b[H')[1:]
    if not drawn.startswith(b'\x1b[?1049h') or len(frames) < 2:
        raise Failed(f'{len(frames)} drawings: {drawn[:100]!r}')
    records = [re.search(rb'records +([\d,]+)', f) for f in frames]
    if not all(records) or records[0][1] == records[-1][1]:
        raise Failed(f'drawings do not go on: {records}')
    if any(f.count(b'\n') > 23 for f in frames):
        raise Failed('a drawing is taller than the terminal')
    if b'warning' in drawn or not last.startswith(b'urbscope: warning') or b'records' not in last:
        raise Failed(f'the warning or the last report does not stay: {last[:200]!r}')


TESTS = [(f.__name__, f) for f in (
    version_and_help, help_alone, manual_page, bad_usage, misspelt, the_last_format_counts, bad_filter,
    packets_where_there_are_none, show_what_is_not_there, count, a_file_alone_is_listed,
    unreadable_input, no_permission, truncated_file, hostile_file_name, closed_pipe, full_disk,
    colour, report_follows_a_pipe)]
