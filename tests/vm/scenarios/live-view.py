#!/usr/bin/python3
"""The person in front of the machine's console: live-view.py FOLDER. Keys go in, the screen comes
out, texts are waited for. Files in FOLDER, which the machine shares, say when a part of the disk is
to be read, and when it has been."""

import pathlib
import re
import signal
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'lib'))

from house import Failed, ROOT, Skipped
from terminal import Terminal

BOOT_SECONDS = 180  # until the machine is there and other scenarios have ended
LIMIT = 60  # for anything else to appear: the machine is emulated
WIDTH, HEIGHT = 100, 30  # as live-view.sh tells the console
COMMANDS = 16  # of each part, of three transfers: command, data, status
LAST = tuple(f'transfer 3 of 3: READ(10) LBA {n},' for n in ('1,920', '3,968', '6,143'))


def until(t, what, holds):
    end = time.monotonic() + LIMIT
    while not holds():
        if time.monotonic() > end:
            raise Failed(f'{what} in {LIMIT} s:\n{t.screen()}')
        time.sleep(0.02)


def read(t, folder, part):
    """Has a part of the disk read."""
    (folder / f'wanted-{part}').touch()
    until(t, f'part {part} of the disk is not read', (folder / f'read-{part}').exists)


def counts(t):
    """Transfers shown and hidden, as the screen says; both 0 while it is being drawn."""
    found = re.search(r'([\d,]+) transfers? shown, ([\d,]+) hidden', t.screen())
    return tuple(int(n.replace(',', '')) for n in found.groups()) if found else (0, 0)


def begin(t):
    """The shell asks the terminal where its cursor is; it has the answer when it echoes, and the
    viewer does not get it as keys."""
    t.wait('machine#', limit=BOOT_SECONDS)
    t.tmux('send-keys', '-l', 'urbscope view -i usbmon$BUS -w kept.pcapng; echo "code $?"')
    t.wait('echo "code $?"')
    t.keys('Enter')
    t.wait('no transfers yet')
    t.wait('following')


def follow(t, folder):
    """Transfers come by themselves; who goes up stays there, until following is wanted again."""
    read(t, folder, 0)
    t.wait(LAST[0])
    t.keys('k', 'k')
    t.wait('not following')
    t.wait(LAST[0], gone=True)
    t.keys('w')
    t.wait(LAST[0])
    until(t, 'part 0 is not counted', lambda: counts(t)[0] >= 3 * COMMANDS)


def pause(t, folder):
    """Meanwhile the disk is read on and nothing of it is seen, on no screen; then all of it is."""
    t.keys('Space')
    t.wait('PAUSED')
    before = counts(t)
    read(t, folder, 1)
    t.keys('2')
    t.wait('QEMU USB HARDDRIVE')
    t.keys('1')
    t.wait(LAST[0])
    t.wait('PAUSED')
    until(t, f'paused, and {before} transfers are no longer', lambda: counts(t) == before)
    t.keys('Space')
    t.wait('PAUSED', gone=True)
    t.wait(LAST[1])
    until(t, f'{before} transfers, and part 1 is not counted',
          lambda: counts(t)[0] >= before[0] + 3 * COMMANDS)


def choose(t, folder):
    """A filter, while the last part comes."""
    t.keys('f')
    t.wait('filter:')
    t.type('proto == msc')
    until(t, 'the filter hides nothing', lambda: counts(t)[1] > 0)
    read(t, folder, 2)
    t.wait(LAST[2])
    until(t, 'not all is shown', lambda: counts(t)[0] >= 3 * 3 * COMMANDS and counts(t)[1] > 0)


def keep(t):
    t.keys('W')
    t.type('/tmp/view/shown.pcapng')
    t.wait('as /tmp/view/shown.pcapng')
    t.keys('F')
    t.wait(' 0 hidden')
    t.keys('S')
    t.type('/tmp/view/saved.pcapng')
    t.wait('saved the whole capture as /tmp/view/saved.pcapng')


def leave(t):
    t.keys('q')
    t.back(0)
    t.type('exit')
    t.wait('console closed')


def use(t, folder):
    begin(t)
    follow(t, folder)
    pause(t, folder)
    choose(t, folder)
    keep(t)
    leave(t)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit('the machine is gone'))
    terminal = Terminal(command=f'{ROOT}/tests/vm/console {folder}/console', width=WIDTH,
                        height=HEIGHT, limit=LIMIT)
    try:
        use(terminal, folder)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    except (Failed, Skipped) as failure:
        sys.exit(f'live-view: {failure}')
    finally:
        terminal.close()


if __name__ == '__main__':
    main()
