"""view: the terminal viewer without a terminal: scripts of keys and the screens they must give.

tests/tui/NAME.keys is a script (src/tui/script.h). Comment lines at its beginning say what task it
shows and how the viewer is called: "# run: captures/x.pcap --ascii". NAME.screen holds what it prints.
{tmp} stands for an empty folder of the test's own."""

import pathlib
import shlex
import tempfile

from golden import expect
from house import Failed, ROOT, command_line, run, shown

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


def jobs(house):
    house.need_program()
    programs = {house.bin, house.checked_bin}
    return [(c.name, lambda c=c: sum(check(p, c) for p in programs)) for c in cases()]


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
