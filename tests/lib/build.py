"""Builds with make what the suites run: the program, the generator, the test programs; without
--fast once more under the sanitizers. So a run never tests something old."""

import os
import subprocess

from house import Failed, ROOT, first_error, shown

SANITIZE = 'SANITIZE=address,undefined'


def programs(folder):
    names = ['urbscope', 'gen']
    for sources in ('unit/test_*.c', 'cuts/*.c', 'peer/*.c'):
        names += [f'tests/{p.stem}' for p in sorted((ROOT / 'tests').glob(sources))]
    return [f'{folder}/{name}' for name in names]


def make(folder, jobs, *more):
    # Of a make that called us only the variables of its command line go on (CC=…), not its jobs.
    inherited = os.environ.get('MAKEFLAGS', '').partition('-- ')
    variables = [v for v in inherited[2].split() if not v.startswith(('O=', 'SANITIZE='))]
    environment = {k: v for k, v in os.environ.items()
                   if k not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'O', 'SANITIZE')}
    words = ['make', f'-j{jobs}', f'O={folder}', *more, *variables, *programs(folder)]
    done = subprocess.run(words, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode:
        raise Failed(first_error(done.stderr), ' '.join(words[:3] + list(more)))


def build(house, jobs):
    make(shown(house.build), jobs)
    if not house.fast:
        make(shown(house.sanitized), jobs, SANITIZE)
