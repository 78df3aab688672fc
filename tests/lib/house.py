"""What all suites share: where things are, how the program is run, how a job fails."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Output must not depend on the caller's surroundings.
ENVIRONMENT = {'URBSCOPE_IDS': str(ROOT / 'tests/golden/usb.ids'),
               'LC_ALL': 'C.UTF-8', 'TZ': 'UTC', 'TERM': 'dumb', 'PATH': os.environ['PATH'],
               'HOME': '/nonexistent', 'UBSAN_OPTIONS': 'print_stacktrace=1',
               'ASAN_OPTIONS': 'detect_leaks=1:abort_on_error=0:exitcode=99'}

SANITIZER_MARKS = (b'AddressSanitizer', b'LeakSanitizer', b'runtime error:')


class Failed(Exception):
    """A job failed. more: a command that shows more; passed: what the job did pass before."""

    def __init__(self, text, more=None, passed=0):
        super().__init__(text)
        self.more, self.passed = more, passed


class Skipped(Exception):
    """A job cannot run here; the text says why."""


def pseudo_terminal():
    """Both ends of one, where there are such."""
    try:
        return os.openpty()
    except OSError as reason:
        raise Skipped(f'no pseudo-terminal: {reason}') from None


class House:
    def __init__(self, options):
        self.fast = options.fast
        self.build = (ROOT / options.build).resolve()
        self.sanitized = self.build / 'sanitize'
        self.bin = os.path.abspath(options.bin) if options.bin else str(self.build / 'urbscope')
        # --fast builds no sanitized programs; --bin says itself which program is meant.
        self.sanitizing = not self.fast
        self.checked_bin = str(self.sanitized / 'urbscope') if self.sanitizing \
            and not options.bin else self.bin
        corpus = pathlib.Path(os.environ.get('CORPUS', ROOT / '../shared/corpus'))
        self.corpus = corpus if corpus.is_dir() else None

    def need_program(self):
        if not os.access(self.bin, os.X_OK):
            raise Failed(f'{self.bin} is missing: run make first')

    def own_captures(self):
        """The captures of this project."""
        return capture_files(ROOT / 'captures')

    def all_captures(self):
        """With --fast only the project's own; else the external ones in $CORPUS too."""
        more = [] if self.fast or not self.corpus else capture_files(self.corpus)
        return self.own_captures() + more


def capture_files(folder):
    return sorted(p for p in folder.iterdir() if p.is_file() and not p.name.startswith('.')
                  and p.suffix not in ('.md', '.tsv', '.usb', '.txt~')) if folder.is_dir() else []


def shown(path):
    """A path as a person in the repository would write it."""
    try:
        return str(pathlib.Path(path).relative_to(ROOT))
    except ValueError:
        return os.path.relpath(path, ROOT)


def command_line(arguments, stdin=None, extra=None):
    """The shell command that repeats a run."""
    words = [f'{k}={v}' for k, v in (extra or {}).items()]
    words += [f"'{a}'" if set(str(a)) & set(' |&;<>()$`"*?[]#~') else str(a) for a in arguments]
    words[len(extra or {})] = shown(arguments[0])
    return ' '.join(words) + (f' < {shown(stdin)}' if stdin else '')


def run(arguments, stdin=None, extra=None, timeout=120):
    """Runs a program from the top of the repository with bytes in and out. A sanitizer report, a
    signal or a time-out fails the job whatever else it wanted to know."""
    more = command_line(arguments, stdin, extra)
    source = open(stdin, 'rb') if stdin else subprocess.DEVNULL
    try:
        done = subprocess.run([str(a) for a in arguments], stdin=source, capture_output=True,
                              cwd=ROOT, env={**ENVIRONMENT, **(extra or {})}, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise Failed(f'still running after {timeout} s', more) from None
    finally:
        if stdin:
            source.close()
    if any(mark in done.stderr for mark in SANITIZER_MARKS):
        raise Failed('sanitizer report', more)
    if done.returncode < 0:
        raise Failed(f'ended by signal {-done.returncode}', more)
    return done


def json_lines(program, arguments, timeout=120):
    """Output of a command as a list of JSON objects; exit code 0 or 2."""
    done = run([program, *arguments], timeout=timeout)
    more = command_line([program, *arguments])
    if done.returncode not in (0, 2):
        raise Failed(f'exit code {done.returncode}: {first_line(done.stderr)}', more)
    objects = []
    for number, line in enumerate(done.stdout.decode('utf-8').splitlines(), 1):
        try:
            objects.append(json.loads(line))
        except ValueError as error:
            raise Failed(f'line {number} is not JSON: {error}', more) from None
    return objects


def first_line(text):
    return text.decode('utf-8', 'replace').strip().split('\n')[0][:200]


def first_error(text):
    """The line of a compiler's output that says what is wrong."""
    lines = text.decode('utf-8', 'replace').splitlines()
    return next((line for line in lines if 'error' in line), lines[0] if lines else '?')[:200]
