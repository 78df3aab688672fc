"""terminal: the viewer on a real terminal, by tmux: that it comes up, follows the size, gives the
terminal back in every way it can end. Nothing sleeps: texts are waited for."""

import os
import shutil
import subprocess
import tempfile
import time

from house import ENVIRONMENT, Failed, ROOT, Skipped, pseudo_terminal

LIMIT = 20  # seconds for anything to appear


class Terminal:
    """A tmux pane of its own server, in which a command runs: a shell, unless told otherwise."""

    def __init__(self, program=None, width=100, height=30, command='bash --norc --noprofile',
                 limit=LIMIT):
        if not shutil.which('tmux'):
            raise Skipped('tmux is not installed')
        for end in pseudo_terminal():
            os.close(end)
        self.folder = tempfile.TemporaryDirectory(prefix='urbscope-tmux-',
                                                  ignore_cleanup_errors=True)
        self.socket = os.path.join(self.folder.name, 'socket')
        self.program = program
        self.limit = limit
        environment = {**ENVIRONMENT, 'HOME': self.folder.name, 'TERM': 'screen-256color',
                       'PS1': 'READY>', 'SHELL': '/bin/sh'}
        self.environment = environment
        self.tmux('-f', '/dev/null', 'new-session', '-d', '-x', str(width), '-y', str(height),
                  command)

    def tmux(self, *words):
        done = subprocess.run(['tmux', '-S', self.socket, *words], cwd=ROOT, capture_output=True,
                              env=self.environment)
        if done.returncode:
            raise Failed(f'tmux {words[0]}: {done.stderr.decode()[:200]}')
        return done.stdout.decode()

    def screen(self):
        return self.tmux('capture-pane', '-p')

    def wait(self, text, gone=False, limit=None):
        end = time.monotonic() + (limit or self.limit)
        while time.monotonic() < end:
            if (text in self.screen()) != gone:
                return
            time.sleep(0.02)
        raise Failed(f'"{text}" ' + ('is still there' if gone else 'does not appear') +
                     f':\n{self.screen()}')

    def keys(self, *names):
        self.tmux('send-keys', *names)

    def type(self, text):
        self.tmux('send-keys', '-l', text)
        self.keys('Enter')

    def run(self, arguments):
        self.type(f'{self.program} view {arguments}; echo "code $?"')

    def back(self, code):
        """The shell has the terminal again, as it was: it echoes, and the viewer's screen is gone."""
        self.wait(f'code {code}')
        self.wait('Statistics', gone=True)
        self.type('stty -a | grep -o " echo " && echo is $((6 * 7))')
        self.wait('is 42')

    def close(self):
        subprocess.run(['tmux', '-S', self.socket, 'kill-server'], capture_output=True)
        self.folder.cleanup()


def shows_and_quits(t):
    t.run('captures/keyboard.pcap')
    t.wait('24 transfers shown')
    t.tmux('send-keys', '-H', '1b', '5b', '31', '3b', '35', '52')  # a terminal's late answer: no keys
    t.keys('j', 'j', 'Enter')
    t.wait('submit')
    t.wait('captures/keyboard.pcap')  # the list still, not screen 5
    t.wait('transfer 3 ')
    t.keys('f')
    t.wait('filter:')
    t.type('ep == 1')
    t.wait('11 transfers shown, 13 hidden')
    t.keys('q')
    t.back(0)


def follows_the_size(t):
    t.run('captures/keyboard.pcap')
    t.wait('24 transfers shown')
    t.tmux('resize-window', '-x', '60', '-y', '12')
    t.wait('1 List  2 ')
    t.wait('3 Statistics', gone=True)
    t.tmux('resize-window', '-x', '140', '-y', '40')
    t.wait('4 Isochronous')
    t.keys('q')
    t.back(0)
    t.type('clear')
    t.type(f'{t.program} captures/keyboard.pcap; echo "code $?"')  # a file alone: the same
    t.wait('24 transfers shown')
    t.keys('q')
    t.back(0)


def stops_and_goes_on(t):
    t.run('captures/keyboard.pcap')
    t.wait('24 transfers shown')
    t.keys('C-z')
    t.wait('READY>')
    t.wait('Stopped')
    t.type('echo between $((6 * 7))')
    t.wait('between 42')
    t.type('fg')
    t.wait('24 transfers shown')
    t.keys('2')
    t.wait('descriptors of 1.0')
    t.keys('q', 'q')
    t.wait('READY>')
    t.wait('descriptors of 1.0', gone=True)


def restores_after_a_crash(t):
    t.run('captures/keyboard.pcap')
    t.wait('24 transfers shown')
    tty = t.tmux('list-panes', '-F', '#{pane_tty}').strip()
    there = subprocess.run(['ps', '-t', tty, '-o', 'pid=,comm='], capture_output=True, text=True)
    os.kill(next(int(line.split()[0]) for line in there.stdout.splitlines()
                 if line.split()[1] == 'urbscope'), 11)
    t.back(139)


def refuses_a_dumb_terminal(t):
    t.type(f'TERM=dumb {t.program} view captures/keyboard.pcap; echo "code $?"')
    t.wait('cannot move its cursor')
    t.wait('code 2')


TESTS = (shows_and_quits, follows_the_size, stops_and_goes_on, restores_after_a_crash,
         refuses_a_dumb_terminal)


def attempt(house, test):
    terminal = Terminal(house.bin)
    try:
        terminal.wait('READY>')
        test(terminal)
    finally:
        terminal.close()
    return 1


def jobs(house):
    return [(f'terminal {t.__name__.replace("_", " ")}', lambda t=t: attempt(house, t))
            for t in TESTS]
