"""layers, format, headers, warnings, nostdio: rules for the source text and the object files."""

import re
import shutil
import subprocess

from house import Failed, ROOT, Skipped, first_error, first_line, shown

FLAGS = ['-std=c17', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Wshadow', '-Wstrict-prototypes',
         '-Werror', '-Isrc', '-I.']

# Functions of stdio that read, write or format, and its three streams (C17 7.21 and POSIX).
STDIO = re.compile(r'^_*(v?[fsd]?n?printf|v?asprintf|v?f?scanf|v?sscanf|f?put[cs]|putchar|puts|'
                   r'perror|f(open|dopen|close|flush|write|read|gets|getc|seek|tell)|freopen|'
                   r'getline|getchar|stdin|stdout|stderr|write|IO_putc)(_unlocked|_chk)?$')


def sources(*suffixes):
    folders = ('src', 'decoders', 'tests')
    return sorted(p for f in folders for s in suffixes for p in (ROOT / f).rglob('*' + s))


def tool(arguments, text=None):
    return subprocess.run([str(a) for a in arguments], input=text, cwd=ROOT, capture_output=True)


def need_tool(name):
    if not shutil.which(name):
        raise Skipped(f'{name} is not installed')


def layers(_house):
    def check():
        done = tool([ROOT / 'tests/layers'])
        if done.returncode:
            lines = done.stdout.decode().splitlines()
            raise Failed(f'{len(lines)} includes against the direction: {lines[0]}', 'tests/layers')
    return [('includes', check)]


def formatted(_house):
    def check(path):
        need_tool('clang-format')
        done = tool(['clang-format', '--dry-run', '--Werror', path])
        if done.returncode:
            raise Failed(first_line(done.stderr), f'clang-format -i {shown(path)}')
    return [(shown(p), lambda p=p: check(p)) for p in sources('.c', '.h')]


def headers(_house):
    def check(path):
        done = tool(['cc', *FLAGS, '-fsyntax-only', '-x', 'c', '-'],
                    f'#include "{shown(path)}"\n'.encode())
        if done.returncode:
            raise Failed('does not compile alone: ' + first_error(done.stderr))
    return [(shown(p), lambda p=p: check(p)) for p in sources('.h')]


def warnings(_house):
    # gcc's flow warnings need the optimiser; clang's do not.
    compilers = {'gcc': ['-O2', '-c', '-o', '/dev/null'], 'clang': ['-fsyntax-only']}

    def check(compiler, path):
        need_tool(compiler)
        done = tool([compiler, *FLAGS, *compilers[compiler], path])
        if done.returncode:
            raise Failed(first_error(done.stderr),
                         ' '.join([compiler, *FLAGS, *compilers[compiler], shown(path)]))
    return [(f'{shown(p)} ({c})', lambda c=c, p=p: check(c, p))
            for p in sources('.c') for c in compilers]


def nostdio(house):
    def check(path):
        done = tool(['nm', '-u', path])
        used = [s for s in done.stdout.decode().split() if STDIO.match(s.split('@')[0])]
        if done.returncode or used:
            raise Failed('uses ' + ', '.join(used) if used else first_line(done.stderr),
                         f'nm -u {shown(path)}')
    objects = [house.build / p.relative_to(ROOT).with_suffix('.o')
               for f in ('decoders', 'src/analysis') for p in sorted((ROOT / f).glob('*.c'))]
    return [(shown(o), lambda o=o: check(o)) for o in objects]
