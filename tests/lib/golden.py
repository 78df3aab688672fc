"""golden: commands whose whole output is known, each run as file, as pipe and in odd block sizes.

tests/golden/cases has a line per case: name | arguments | options. The argument that begins with
captures/ is the input; as pipe it becomes `-`. Options: exit=N (default 0), nopipe (the command
needs a file). NAME.out is the expected output, NAME.err what goes to standard error (no file:
nothing may)."""

import difflib
import shlex
import sys

from house import Failed, ROOT, command_line, run, shown

FOLDER = ROOT / 'tests/golden'
BLOCKS = (1, 7, 4096)


class Case:
    def __init__(self, line, number):
        parts = [p.strip() for p in line.split('|')]
        if len(parts) < 2:
            raise Failed(f'cases:{number}: "name | arguments | options" expected')
        self.name, self.arguments = parts[0], shlex.split(parts[1])
        options = parts[2].split() if len(parts) > 2 else []
        unknown = [o for o in options if o != 'nopipe' and not o.startswith('exit=')]
        if unknown:
            raise Failed(f'cases:{number}: unknown option {unknown[0]}')
        self.pipe = 'nopipe' not in options
        self.exit = next((int(o[5:]) for o in options if o.startswith('exit=')), 0)
        self.inputs = [a for a in self.arguments if a.startswith('captures/')]
        self.out, self.err = FOLDER / f'{self.name}.out', FOLDER / f'{self.name}.err'

    def as_pipe(self):
        return [('-' if a in self.inputs else a) for a in self.arguments], self.inputs[0]


def cases():
    path = FOLDER / 'cases'
    lines = path.read_text().splitlines() if path.exists() else []
    found = [Case(line, n) for n, line in enumerate(lines, 1)
             if line.strip() and not line.startswith('#')]
    names = [c.name for c in found]
    if len(set(names)) != len(names):
        raise Failed('a name occurs twice in cases')
    stray = {p.stem for s in ('*.out', '*.err') for p in FOLDER.glob(s)} - set(names)
    if stray:
        raise Failed('expected output without a case: ' + ', '.join(sorted(stray)))
    return found


def jobs(house):
    house.need_program()
    return [(c.name, lambda c=c: check_case(house, c)) for c in cases()]


def check_case(house, case):
    """The file first: what is wrong there is wrong in all ways and said once."""
    ways = [('file', {})]
    if case.pipe and len(case.inputs) == 1:
        ways.append(('pipe', {'pipe': True}))
    if case.inputs:
        ways += [(f'block {b}', {'block': b}) for b in BLOCKS]
    if house.checked_bin != house.bin:
        ways += [(f'{way}, sanitized', {**how, 'program': house.checked_bin})
                 for way, how in ways[:2]]
    for passed, (way, how) in enumerate(ways):
        try:
            check(case, **{'program': house.bin, **how})
        except Failed as failure:
            raise Failed(f'as {way}: {failure}', failure.more, passed) from None
    return len(ways)


def check(case, program, pipe=False, block=None):
    if not case.out.exists():
        raise Failed(f'{shown(case.out)} is missing', f'make golden NAME={case.name}')
    arguments, stdin = case.as_pipe() if pipe else (case.arguments, None)
    extra = {'URBSCOPE_BLOCK': str(block)} if block else None
    done = run([program, *arguments], ROOT / stdin if stdin else None, extra)
    more = command_line([program, *arguments], stdin, extra) + f' | diff {shown(case.out)} -'
    if done.returncode != case.exit:
        raise Failed(f'exit code {done.returncode}, expected {case.exit}', more)
    expect('output', case.out.read_bytes(), done.stdout, more)
    wanted = case.err.read_bytes() if case.err.exists() else b''
    if pipe:
        # Messages name their input, so only their presence can be compared.
        wanted, done.stderr = (b'a message' if t else b'' for t in (wanted, done.stderr))
    expect('standard error', wanted, done.stderr, more)


def expect(what, wanted, got, more):
    if wanted == got:
        return
    texts = [t.decode('utf-8', 'replace').splitlines() for t in (wanted, got)]
    changed = [d for d in difflib.unified_diff(*texts, lineterm='', n=0)
               if d[:1] in '+-' and d[:3] not in ('+++', '---')]
    raise Failed(f'{what} differs ({len(changed)} lines): {changed[0][:120] if changed else "?"}',
                 more)


def rewrite(house, names):
    known = {c.name: c for c in cases()}
    unknown = [n for n in names if n not in known]
    if unknown:
        print(f'no case {unknown[0]} in tests/golden/cases', file=sys.stderr)
        return 2
    for name in names:
        case = known[name]
        done = run([house.bin, *case.arguments])
        case.out.write_bytes(done.stdout)
        if done.stderr:
            case.err.write_bytes(done.stderr)
        else:
            case.err.unlink(missing_ok=True)
        print(f'{shown(case.out)}: {len(done.stdout)} bytes, exit code {done.returncode}'
              + (f' (the case expects {case.exit})' if done.returncode != case.exit else '')
              + ': read it line by line before it is accepted')
    return 0
