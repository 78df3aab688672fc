"""unit: runs each cmocka program and counts its tests."""

import re

from house import Failed, ROOT, run, shown


def jobs(house):
    names = sorted(p.stem for p in (ROOT / 'tests/unit').glob('test_*.c'))
    folders = [house.build / 'tests']
    if house.sanitizing:
        folders.append(house.sanitized / 'tests')
    return [(f'{shown(folder)}/{name}', lambda f=folder, n=name: one(f / n))
            for folder in folders for name in names]


def one(binary):
    if not binary.exists():
        raise Failed(f'{shown(binary)} is not built')
    done = run([binary], extra={'CMOCKA_MESSAGE_OUTPUT': 'TAP'})
    text = (done.stdout + done.stderr).decode('utf-8', 'replace')
    passed = len(re.findall(r'^ok \d', text, re.M))
    bad = re.findall(r'^not ok \d+ - (\S+)', text, re.M)
    if bad or done.returncode:
        raise Failed('failed: ' + (', '.join(bad) or f'exit code {done.returncode}'),
                     shown(binary), passed)
    if not passed:
        raise Failed('no test ran', shown(binary))
    return passed
