"""view: the terminal viewer without a terminal: scripts of keys and the screens they must give.

tests/tui/NAME.keys is a script (src/tui/script.h). Comment lines at its beginning say what task it
shows and how the viewer is called: "# run: captures/x.pcap --ascii". NAME.screen holds what it prints.
{tmp} stands for an empty folder of the test's own."""

import json
import pathlib
import shlex
import subprocess
import tempfile
import threading
import time

import terminal
from golden import expect
from house import ENVIRONMENT, Failed, ROOT, command_line, json_lines, run, shown

FOLDER = ROOT / 'tests/tui'


class Case:
    def __init__(self, path):
        self.path = path
        self.name = path.stem
        lines = path.read_text(encoding='utf-8').splitlines()
        self.task = next((line[2:] for line in lines if line.startswith('# ')), None)
        calls = [line[7:] for line in lines if line.startswith('# run: ')]
        if not self.task or len(calls) != 1:
            raise Failed(f'{shown(path)}: a line that says the task and one "# run: …" expected')
        self.arguments = shlex.split(calls[0])
        self.screen = path.with_suffix('.screen')


def cases():
    found = [Case(p) for p in sorted(FOLDER.glob('*.keys'))]
    stray = {p.stem for p in FOLDER.glob('*.screen')} - {c.name for c in found}
    if stray:
        raise Failed('screens without a script: ' + ', '.join(sorted(stray)))
    return found


def names():
    return [p.stem for p in FOLDER.glob('*.keys')]


def output(program, case):
    """What the script prints, and what it was called with."""
    with tempfile.TemporaryDirectory(prefix='urbscope-view-') as folder:
        script = pathlib.Path(folder) / 'keys'
        script.write_text(case.path.read_text(encoding='utf-8').replace('{tmp}', folder),
                          encoding='utf-8')
        arguments = [a.replace('{tmp}', folder) for a in case.arguments]
        for name in [a for a in arguments if a.startswith('copy-of:')]:
            source = ROOT / name[8:]
            copy = pathlib.Path(folder) / source.name
            copy.write_bytes(source.read_bytes())
            arguments[arguments.index(name)] = str(copy)
        words = [program, 'view', '--script', f'@{script}', *arguments]
        done = run(words, extra={'XDG_CONFIG_HOME': f'{folder}/config',
                                 'XDG_CACHE_HOME': f'{folder}/cache', 'HOME': folder})
        return done, done.stdout.replace(folder.encode(), b'{tmp}')


def check(program, case):
    if not case.screen.exists():
        raise Failed(f'{shown(case.screen)} is missing', f'make golden NAME={case.name}')
    done, text = output(program, case)
    more = command_line([program, 'view', '--script', f'@{shown(case.path)}', *case.arguments]) \
        + f' | diff {shown(case.screen)} -'
    if done.returncode:
        raise Failed(f'exit code {done.returncode}: {done.stderr.decode()[:200]}', more)
    expect('screen', case.screen.read_bytes(), text, more)
    return 1


# ---- what a screen does not show ---------------------------------------------------------------


def script(program, keys, arguments, stdin=None, folder=None, timeout=120):
    """The bytes a script prints; the viewer's settings are its own."""
    with tempfile.TemporaryDirectory(prefix='urbscope-view-') as own:
        home = folder or own
        words = [program, 'view', '--script', keys, *map(str, arguments)]
        done = subprocess.run(words, cwd=ROOT, stdin=stdin or subprocess.DEVNULL,
                              capture_output=True, timeout=timeout,
                              env={**ENVIRONMENT, 'HOME': str(home), 'XDG_CONFIG_HOME': f'{own}/c',
                                   'XDG_CACHE_HOME': f'{own}/k'})
    if done.returncode or b'Sanitizer' in done.stderr or b'runtime error' in done.stderr:
        raise Failed(f'exit code {done.returncode}: {done.stderr.decode()[:300]}',
                     command_line(words))
    return done.stdout


def without_numbers(line):
    """A transfer without what depends on its place in the file."""
    return {k: v for k, v in line.items() if k not in ('id', 'first', 'last', 't', 'exchange',
                                                       'device', 'info', 'proto', 'speed')}


def saved(program):
    """The whole capture is saved byte for byte; what a filter shows, transfer for transfer."""
    passed = 0
    for capture, kept in (('captures/disk.pcapng', 'ep == 1'), ('captures/errors.pcap', 'error'),
                          ('captures/audio.pcap', 'type == isochronous')):
        with tempfile.TemporaryDirectory(prefix='urbscope-view-') as folder:
            script(program, f"S '{folder}/all' Enter f '{kept}' Enter W '{folder}/some.pcapng' "
                   f"Enter W '{folder}/some.json' Enter W '{folder}/some.pcap' Enter", [capture])
            read = {name: pathlib.Path(folder, name).read_bytes() for name in ('all', 'some.json')}
            if read['all'] != (ROOT / capture).read_bytes():
                raise Failed(f'{capture}: the saved copy differs')
            wanted = json_lines(program, ['list', '--json', '--learn', '-f', kept, capture])
            listed = [json.loads(line) for line in read['some.json'].splitlines()]
            if listed != wanted:
                raise Failed(f'{capture}: the saved list differs from list --learn')
            for name in ('some.pcapng', 'some.pcap'):
                got = json_lines(program, ['list', '--json', f'{folder}/{name}'])
                if [*map(without_numbers, got)] != [*map(without_numbers, wanted)]:
                    raise Failed(f'{capture}: {name} holds other transfers')
        passed += 4
    return passed


def piped(program):
    """A pipe, compressed or not, shows what the file shows; so does one that stutters."""
    capture = ROOT / 'captures/disk.pcapng'
    keys = ":wait '53 transfers' :wait 'l unfold' g '30' Enter :screen"
    wanted = script(program, keys, [capture]).split(b'\n')[2:20]
    for command in (f'cat {capture}', f'gzip -c {capture}', f'zstd -qc {capture}',
                    f'head -c 3000 {capture}; sleep 0.2; tail -c +3001 {capture}'):
        source = subprocess.Popen(['sh', '-c', command], stdout=subprocess.PIPE)
        got = script(program, keys, ['-'], source.stdout).split(b'\n')[2:20]
        source.stdout.close()
        source.wait()
        if got != wanted:
            raise Failed(f'{command}: another screen than of the file')
    return 4


def growing(program):
    """A file that another program still writes is followed."""
    whole = (ROOT / 'captures/disk.pcapng').read_bytes()
    with tempfile.TemporaryDirectory(prefix='urbscope-view-') as folder:
        path = pathlib.Path(folder, 'growing.pcapng')
        path.write_bytes(whole[:3000])
        writer = threading.Thread(target=lambda: (time.sleep(0.3), path.open('ab').write(
            whole[3000:])))
        writer.start()
        script(program, ":wait '14 transfers' :wait '53 transfers' :screen", [path])
        writer.join()
    return 1


def live(program):
    """An interface: transfers appear, are followed, filtered and saved; -w holds the same."""
    with tempfile.TemporaryDirectory(prefix='urbscope-view-') as folder:
        pathlib.Path(folder).chmod(0o777)  # root is given up, and with it the right to write here
        keys = (f":wait 'following' :wait '53 transfers' k :wait 'not following' "
                f"S '{folder}/saved.pcapng' Enter :wait 'saved the whole'")
        script(program, keys, ['-i', 'replay:captures/disk.pcapng,pause=106', '--no-inject', '-w',
                               f'{folder}/kept.pcapng'])
        kept, copy = (json_lines(program, ['list', '--json', f'{folder}/{name}.pcapng'])
                      for name in ('kept', 'saved'))
        if kept != copy or len(kept) != 53:
            raise Failed(f'{len(copy)} transfers saved of {len(kept)}')
    return 1


def sizes(program):
    """Every screen at every size: so many lines, none wider; too small a terminal gets the least."""
    passed = 0
    for width, height in ((40, 10), (41, 11), (80, 24), (132, 43), (400, 120), (1, 1)):
        keys = f':resize {width}x{height} ' + ' '.join(f'{k} :screen' for k in (
            'Enter', '2', '3', '4', '5', '?'))
        text = script(program, keys, ['captures/usbmon-storage.pcapng']).decode()
        width, height = max(width, 40), max(height, 10)
        for screen in text.split(f'---- {width}x{height}\n')[1:]:
            lines = screen.splitlines()
            if len(lines) != height or max(map(len, lines)) > width:
                raise Failed(f'{width}×{height}: {len(lines)} lines of at most '
                             f'{max(map(len, lines))} columns')
            passed += 1
    return passed


def monkey(program, keys, captures):
    for seed, capture in enumerate(captures, 1):
        with tempfile.TemporaryDirectory(prefix='urbscope-view-') as folder:
            script(program, f':monkey {seed} {keys}', [capture], folder=folder, timeout=600)
    return len(captures)


def jobs(house):
    house.need_program()
    programs = {house.bin, house.checked_bin}
    found = [(c.name, lambda c=c: sum(check(p, c) for p in programs)) for c in cases()]
    for job in (saved, piped, growing, live, sizes):
        found.append((job.__name__, lambda j=job: sum(j(p) for p in programs)))
    # about a minute in one process under the sanitizers; a moment of it with --fast
    found.append(('monkey', lambda: monkey(house.checked_bin, 3000 if house.fast else 120000, [
        'captures/errors.pcap', 'captures/disk.pcapng', 'captures/usbmon-ftdi.pcapng',
        'captures/audio.pcap'])))
    return found + terminal.jobs(house)


def rewrite(house, wanted):
    for case in cases():
        if case.name not in wanted:
            continue
        done, text = output(house.bin, case)
        case.screen.write_bytes(text)
        print(f'{shown(case.screen)}: {text.count(b"----")} screens, exit code {done.returncode}'
              + (f' ({done.stderr.decode()[:200]})' if done.stderr else '')
              + ': look at them before they are accepted')
    return 0
