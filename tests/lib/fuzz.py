"""fuzz: each decoder through its own entries, for some seconds (`make fuzz` does it for longer)."""

import os
import re
import subprocess

from house import Failed, ROOT

SECONDS = 4  # each decoder


def jobs(house):
    return [('all decoders', lambda: all_decoders(house))]


def all_decoders(house):
    decoders = subprocess.run([house.bin, '--decoders'], capture_output=True, text=True,
                              check=True).stdout.count('\n')
    environment = {k: v for k, v in os.environ.items()
                   if k not in ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'O', 'SANITIZE')}
    done = subprocess.run(['make', '-j2', 'fuzz', f'FUZZ_SECONDS={SECONDS}'], cwd=ROOT,
                          env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=900)
    fine = len(re.findall(r'^\S+: [1-9]\d* runs, nothing found$', done.stdout, re.M))
    if done.returncode or fine != decoders:
        tail = '\n'.join((done.stdout + done.stderr).splitlines()[-15:])
        raise Failed(f'{fine} of {decoders} decoders fuzzed without a finding\n{tail}',
                     f'make fuzz FUZZ_SECONDS={SECONDS}', fine)
    return fine
