"""vm: live capture of real USB traffic inside the test machine (tests/vm): what urbscope wrote there
against what QEMU's devices saw, and how a capture behaves when it is killed, without room, without
rights, or begins late."""

import datetime
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading

import usbmon_file
from house import Failed, ROOT, Skipped, command_line, first_line, json_lines, run
from usbmon_file import BULK, CONTROL, ISOCHRONOUS

REPORT = 'vm-report'
MOST_BOOTS = 4
BOOT_SECONDS = 180
NEEDED = ('qemu-system-x86_64', 'busybox', 'modprobe', 'depmod', 'cpio', 'apt-get', 'tmux')
SET_ADDRESS = bytes((0, 5))
NO_ROOM_BYTES = 4 << 20
DELAY_SECONDS = 2
FLUSH_SECONDS = 1
SAME_SECONDS = 0.1
STATUS_WRAPPER = b'USBS'
REPORT_DESCRIPTOR = bytes((0x81, 6, 0, 0x22))


def jobs(house):
    house.need_program()
    try:
        need()
    except (Failed, Skipped) as reason:
        return [('machine', functools.partial(again, reason))]
    machine = Machine(house)
    batches = sorted({batch_of(name) for name in SCENARIOS})
    found = [('scenarios', lambda: complete(batches))]
    found += [(f'boot {batch}', lambda b=batch: machine.boot(b)) for batch in batches]
    return found + [(name, lambda n=name, f=function: f(house, machine.files(n)))
                    for name, function in SCENARIOS.items()]


def again(reason):
    raise reason


def need():
    path = os.environ['PATH'] + ':/usr/sbin:/sbin'
    missing = [n for n in NEEDED if not shutil.which(n, path=path)]
    if missing:
        cannot('not installed: ' + ', '.join(missing) + ' (make vm-packages)')


def cannot(reason):
    """Nothing to complain of on a developer's machine; in CI the tests must run."""
    raise (Failed if os.environ.get('CI') == 'true' else Skipped)(reason)


def batch_of(name):
    script = (ROOT / f'tests/vm/scenarios/{name}.sh').read_text()
    return re.search(r'^# batch: (\S+)$', script, re.M)[1]


def complete(batches):
    """Few boots, and no scenario that nobody looks at."""
    expect(len(batches) <= MOST_BOOTS, f'{len(batches)} boots, at most {MOST_BOOTS}')
    names = {p.stem for p in (ROOT / 'tests/vm/scenarios').glob('live-*.sh')}
    expect(names == set(SCENARIOS), f'without a test: {names ^ set(SCENARIOS)}')
    return 2


class Machine:
    """Boots each batch once, when its first scenario is asked for."""

    def __init__(self, house):
        self.house = house
        self.folder = tempfile.TemporaryDirectory(prefix='urbscope-vm-')
        self.lock = threading.Lock()
        (house.build / REPORT).unlink(missing_ok=True)

    @functools.lru_cache(None)
    def booted(self, batch):
        """(folder, what went wrong or None)"""
        kernel = subprocess.run(['tests/vm/kernel'], cwd=ROOT, capture_output=True)
        if kernel.returncode:
            cannot('no kernel: ' + first_line(kernel.stderr))
        share = pathlib.Path(self.folder.name) / batch
        share.mkdir()
        log = self.house.build / f'vm-{batch}.log'
        done = subprocess.run(['tests/vm/batch', '-t', str(BOOT_SECONDS), '-p', self.house.bin,
                               batch, share], cwd=ROOT, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        log.write_bytes(done.stdout)
        taken = share / 'milliseconds'
        if taken.exists():
            say(self.house, f'boot {batch}: {int(taken.read_text()) / 1000:.1f} s')
        return share, done.stdout.decode(errors='replace') if done.returncode else None

    def boot(self, batch):
        with self.lock:
            share, wrong = self.booted(batch)
        if wrong:
            raise Failed(f'{first_line(wrong.encode())}\n{wrong}',
                         f'tests/vm/batch -p {self.house.bin} {batch} $(mktemp -d)')

    def files(self, name):
        """The folder of a scenario that ended well."""
        with self.lock:
            share, _ = self.booted(batch_of(name))
        status = share / name / 'status'
        if not status.exists() or status.read_text().strip() != '0':
            raise Failed('the scenario did not end well: see its boot')
        return share / name


def say(house, text):
    """A line for tests/vm/check, which prints them at the end."""
    with open(house.build / REPORT, 'a') as report:
        report.write(text + '\n')


def expect(holds, text, more=None):
    if not holds:
        raise Failed(text, more)


def text_of(path):
    return path.read_text().strip()


# ---- a written file -----------------------------------------------------------------------------

def written(house, path):
    """Its records; whole, and the same number for urbscope and tshark."""
    found = usbmon_file.records(path)
    stat, = json_lines(house.bin, ['stat', '--json', path])
    bins = sum(stat['unattached'].values())
    expect(stat['records'] == len(found) == stat['attached'] + bins,
           f'{path.name}: {len(found)} records, stat has {stat["records"]} = '
           f'{stat["attached"]} + {bins}', command_line([house.bin, 'stat', path]))
    if shutil.which('tshark'):
        frames = run(['tshark', '-r', path, '-T', 'fields', '-e', 'frame.number']).stdout.split()
        expect(len(frames) == len(found), f'{path.name}: tshark has {len(frames)} frames of '
               f'{len(found)}', f'tshark -r {path}')
    return found, stat


def said(folder, name='capture.err'):
    """Records written and lost, as the capture said at its end."""
    text = text_of(folder / name)
    lost = re.search(r'(\d+) lost counted', text)
    count = re.search(r': (\d+) records', text)
    expect(lost and count, f'the capture does not say what it wrote: {text!r}')
    return int(count[1]), int(lost[1])


# ---- against QEMU's own account -----------------------------------------------------------------
# What QEMU writes is not quite usbmon's: control ids are all 0, lengths are in one of the two
# records, one URB on EHCI is several packets, data are cut at 256 bytes (control: 4096).

def controls(records, device):
    """[(setup, bytes moved in)] of a device, in order; SET_ADDRESS is QEMU's secret on xHCI."""
    waiting, found = {}, []
    for r in records:
        if r.type != CONTROL or r.comment or not device(r):
            continue
        if r.kind == 'S':
            waiting[r.id] = r.setup
        elif r.kind == 'C' and waiting.get(r.id):
            setup = waiting.pop(r.id)
            if setup[:2] != SET_ADDRESS:
                found.append((setup, r.data if setup[0] & 0x80 and r.status == 0 else None,
                              r.status == 0))
    return found


def stream(records, device, ep):
    """All bytes of a bulk endpoint in order, as far as they were kept: [(length, bytes)]."""
    completes = bool(ep & 0x80)
    return [(r.length, r.data) for r in records if r.type == BULK and r.ep == ep and device(r)
            and r.kind == ('C' if completes else 'S') and r.length]


def same_controls(ours, theirs):
    expect(len(ours) == len(theirs), f'{len(ours)} control transfers, QEMU saw {len(theirs)}')
    for n, (a, b) in enumerate(zip(ours, theirs)):
        expect(a == b, f'control transfer {n}: {a}, QEMU saw {b}')
    return len(ours)


def same_stream(ours, theirs, ep):
    """Totals, and what both kept of each packet of QEMU at its place in the stream."""
    content = b''.join(data.ljust(length, b'\0') for length, data in ours)
    total = sum(length for length, _ in theirs)
    expect(all(len(data) == length for length, data in ours), f'EP {ep:#x}: our data are cut')
    expect(len(content) == total, f'EP {ep:#x}: {len(content)} bytes, QEMU saw {total}')
    at = 0
    for length, data in theirs:
        kept = data[:length]
        expect(content[at:at + len(kept)] == kept, f'EP {ep:#x}: other bytes at {at}')
        at += length
    return len(theirs)


def only_device(records, product):
    """Which device of ours QEMU's file is about: the one whose string says so."""
    wanted = product.encode('utf-16-le')
    found = {(r.bus, r.device) for r in records if r.kind == 'C' and r.type == CONTROL
             and not r.comment and wanted in r.data}
    expect(len(found) == 1, f'{len(found)} devices call themselves {product}')
    return lambda r: (r.bus, r.device) == next(iter(found))


def addressed(r):
    """QEMU's file holds one device; before it has an address it is 0."""
    return r.device != 0


def storage_audio(house, folder):
    """16 MiB of a disk and sound at the same time: nothing lost, and the same as QEMU saw."""
    ours, stat = written(house, folder / 'capture.pcapng')
    expect(said(folder)[1] == 0 and stat['lost'] == 0, f'{stat["lost"]} lost counted')
    passed = 0
    disk, audio = (usbmon_file.records(folder / f'{n}.pcap') for n in ('disk', 'audio'))
    device = only_device(ours, 'QEMU USB HARDDRIVE')
    passed += same_controls(controls(ours, device), controls(disk, addressed))
    for ep in (0x81, 0x02):
        passed += same_stream(stream(ours, device, ep), stream(disk, addressed, ep), ep)
    content = b''.join(data for _, data in stream(ours, device, 0x81)
                       if not data.startswith(STATUS_WRAPPER))
    expect((folder.parent / 'live.img').read_bytes() in content, 'the disk as it is was not read')
    device = only_device(ours, 'QEMU USB Audio')
    passed += same_controls(controls(ours, device), controls(audio, addressed))
    return passed + same_packets(ours, device, audio)


def same_packets(ours, device, witness):
    """Isochronous OUT packets, one by one: the submitted ones, of which QEMU saw the first, all
    that were completed among them."""
    submitted, done = [], 0
    for r in ours:
        if r.type != ISOCHRONOUS or not device(r):
            continue
        if r.kind == 'S':
            submitted += [r.data[o:o + n] for _, o, n in r.packets]
        else:
            done += sum(status == 0 for status, _, _ in r.packets)
    seen = [r.data for r in witness if r.type == ISOCHRONOUS and r.kind == 'S']
    expect(done <= len(seen) <= len(submitted), f'{done} packets completed, {len(submitted)} '
           f'submitted, QEMU saw {len(seen)}')
    expect(done > 100, f'only {done} isochronous packets')
    for n, (a, b) in enumerate(zip(submitted, seen)):
        expect(a == b, f'isochronous packet {n} differs')
    return len(seen)


def uas_queue(house, folder):
    """More than the ring holds: what was written and what was counted as lost is what happened.
    QEMU's xHCI completes each URB once; outside the reading nothing is lost."""
    ours, stat = written(house, folder / 'capture.pcapng')
    device = only_device(ours, 'USB Attached SCSI HBA')
    witness = usbmon_file.records(folder / 'disk.pcap')
    count, lost = said(folder)
    expect(stat['lost'] == lost, f'stat says {stat["lost"]} lost, the capture {lost}')
    mine = [r for r in ours if device(r) and not r.comment]
    happened = 2 * sum(r.kind == 'C' for r in witness
                       if r.type != CONTROL) + 2 * len(controls(witness, addressed))
    cancelled = sum(r.kind == 'C' and r.status in (-2, -104, -108) for r in mine)
    expect(lost > 0, 'nothing was lost: this says nothing about how losses are counted')
    expect(0 <= len(mine) + lost - happened <= 2 * cancelled,
           f'{len(mine)} written + {lost} lost, {happened} witnessed, {cancelled} cancelled')
    return 2


# ---- how it ends, who may, what is there before --------------------------------------------------

def key(r):
    """Each reader of usbmon has its own time stamps; the data hold the commands' tags."""
    return r.id, r.kind, r.ep, r.length, r.status, r.data


def killed(house, folder):
    """Everything up to the last time it wrote is there, and nothing else: compared with a second
    capture of the same buses that ended well."""
    witness, _ = written(house, folder / 'witness.pcapng')
    moment = datetime.datetime.strptime(text_of(folder / 'moment')[:26] + ' +0000',
                                        '%Y-%m-%d %H:%M:%S.%f %z').timestamp()
    found, _ = written(house, folder / 'killed.pcapng')
    mine, theirs = ([r for r in records if not r.comment] for records in (found, witness))
    expect(len(mine) > 1000, f'only {len(mine)} records')
    at = next((n for n, r in enumerate(theirs) if key(r) == key(mine[0])
               and abs(r.time - mine[0].time) < SAME_SECONDS), None)
    expect(at is not None, 'its first record is unknown to the other capture')
    wrong = [n for n, (a, b) in enumerate(zip(mine, theirs[at:])) if key(a) != key(b)]
    expect(not wrong and len(theirs) >= at + len(mine),
           f'its records are not those of the other capture: {len(wrong)} differ, {wrong[:1]}')
    missing = moment - mine[-1].time
    expect(missing < FLUSH_SECONDS, f'the last {missing:.3f} s before the kill are missing')
    return len(mine)


def full_disk(house, folder):
    """The file is whole and filled the disk; message and exit code say what happened."""
    found, stat = written(house, folder / 'capture.pcapng')
    size = (folder / 'capture.pcapng').stat().st_size
    message = text_of(folder / 'capture.err')
    expect(text_of(folder / 'exit') == '2', f'exit code {text_of(folder / "exit")}')
    expect('No space left' in message, f'message: {message!r}')
    expect(NO_ROOM_BYTES * 3 // 4 < size <= NO_ROOM_BYTES, f'{size} bytes')
    expect(stat['lost'] is not None and found, 'no statistics at the end of the file')
    return 5


def rights(house, folder):
    """Refusals say what to do; of root nothing is left, the file belongs to the caller."""
    for name, hint in (('nobody', 'udev|group|sudo'), ('no-usbmon', 'modprobe usbmon'),
                       ('no-bus', 'no such interface')):
        message, code = text_of(folder / f'{name}.err'), text_of(folder / f'{name}.exit')
        expect(code == '2', f'{name}: exit code {code}')
        expect(re.search(hint, message), f'{name}: {message!r} does not say {hint}')
        expect(not text_of(folder / f'{name}.out'), f'{name}: there is output')
    expect(not (folder / 'nobody.left').exists(), 'a file was left behind')
    for name, user, owner in (('root', '65534', '0:0'), ('sudo', '1000', '1000:1000')):
        status = (folder / f'{name}.status').read_text()
        for line in ('Uid', 'Gid'):
            ids = set(re.search(rf'^{line}:\s*(.*)$', status, re.M)[1].split())
            expect(ids == {user}, f'{name}: {line} {ids}')
        groups = re.search(r'^Groups:[ \t]*(.*)$', status, re.M)[1].split()
        expect(set(groups) <= {user}, f'{name}: groups {groups}')
        for line in ('CapPrm', 'CapEff', 'CapInh', 'CapAmb'):
            expect(re.search(rf'^{line}:\s*0+$', status, re.M), f'{name}: {line} is not empty')
        expect(text_of(folder / f'{name}.owner') == owner, f'{name}: the file belongs to '
               + text_of(folder / f'{name}.owner'))
    return 20


def delay(house, folder):
    """What a paused source leaves behind is told at once; the figures are printed by the check."""
    lines = dict(line.split() for line in text_of(folder / 'delays').splitlines())
    expect(set(lines) == {'capture.pcapng', 'listing'}, f'measured: {lines}')
    for name, hundredths in lines.items():
        seconds = int(hundredths) / 100
        say(house, f'delay from a key to {name}: {seconds:.2f} s')
        expect(seconds < DELAY_SECONDS, f'{name}: {seconds} s')
    return 2


def injected(house, folder):
    """Devices that were there before are described: by urbscope, and by tshark."""
    capture = folder / 'capture.pcapng'
    found, stat = written(house, capture)
    told = [r for r in found if r.comment]
    expect(told and stat['unattached']['injected'] == len(told),
           f'{len(told)} records have a comment, stat says {stat["unattached"]}')
    described = run([house.bin, 'devices', '-v', capture]).stdout.decode()
    for text in ('QEMU USB Keyboard', 'QEMU USB Audio', '0627:0001', '46f4:0002',
                 'HID boot keyboard', 'full speed'):
        expect(text in described, f'devices -v lacks {text!r}',
               command_line([house.bin, 'devices', '-v', capture]))
    expect([r for r in told if r.setup and r.setup[:4] == REPORT_DESCRIPTOR],
           'the report descriptor is missing')
    tshark_knows(capture)
    without, _ = written(house, folder / 'without.pcapng')
    expect(not [r for r in without if r.comment], '--no-inject injects')
    return 12


def tshark_knows(capture):
    if not shutil.which('tshark'):
        raise Skipped('tshark is not installed')
    shown_by_tshark = run(['tshark', '-V', '-r', capture]).stdout.decode()
    for text in ('idVendor: Adomax', 'bString: QEMU USB Audio', 'Terminal Type: Speaker',
                 'Usage Page: Keyboard', 'HID Data'):
        expect(text in shown_by_tshark, f'tshark does not show {text!r}', f'tshark -V -r {capture}')
    expect('Malformed' not in shown_by_tshark, 'tshark finds malformed packets',
           f'tshark -r {capture} -Y _ws.malformed')


def listed(house, folder):
    """Interfaces with the devices behind them; list and stat work straight from a bus."""
    interfaces = text_of(folder / 'interfaces')
    for text in ('usbmon0', 'usbmon1', '0627:0001', 'QEMU USB Keyboard'):
        expect(text in interfaces, f'capture --list lacks {text!r}: {interfaces[:300]!r}')
    keys = [line for line in text_of(folder / 'list.out').splitlines() if ' intr ' in line]
    expect(len(keys) >= 4, f'{len(keys)} interrupt transfers listed')
    stat = json.loads(text_of(folder / 'stat.out'))
    expect(stat['transfers']['interrupt'] >= 4, f'stat: {stat["transfers"]}')
    expect(stat['lost'] == 0, f'stat: {stat["lost"]} lost')
    expect(stat['records'] == stat['attached'] + sum(stat['unattached'].values()), 'sums of stat')
    return 8


def viewed(house, folder):
    """What the console showed is asserted by live-view.py. What was saved is the capture byte for
    byte; what the filter showed is all that passes it, and with it the disk's content."""
    whole, saved = ((folder / f'{n}.pcapng').read_bytes() for n in ('kept', 'saved'))
    expect(whole.startswith(saved), 'what was saved is not how the capture begins')
    kept, saved, shown = (list(usbmon_file.packets(folder / f'{n}.pcapng'))
                          for n in ('kept', 'saved', 'shown'))
    expect(saved == kept, f'{len(saved)} records saved of {len(kept)} captured')
    rest = iter(kept)
    expect(all(packet in rest for packet in shown), 'what was shown has records of its own')
    msc, listed = (json_lines(house.bin, ['list', '--json', *which]) for which in
                   (('-f', 'proto == msc', folder / 'kept.pcapng'), (folder / 'shown.pcapng',)))
    parts = [[(x['dev'], x['ep'], x['dur'], x['len'], x['status']) for x in xs]
             for xs in (msc, listed)]
    expect(msc and parts[0] == parts[1], f'{len(msc)} transfers pass, {len(listed)} were shown')
    expect(len(shown) == 2 * len(msc), f'{len(shown)} records of {len(msc)} transfers shown')
    content = b''.join(r.data for r in usbmon_file.records(folder / 'shown.pcapng')
                       if r.type == BULK and r.ep == 0x81 and not r.data.startswith(STATUS_WRAPPER))
    disk = (folder.parent / 'view.img').read_bytes()
    expect(all(disk[at:at + (1 << 20)] in content for at in range(0, len(disk), 1 << 20)),
           'the disk as it is was not read')
    return 7


SCENARIOS = {'live-view': viewed, 'live-storage-audio': storage_audio, 'live-uas-queue': uas_queue,
             'live-kill': killed, 'live-full-disk': full_disk, 'live-rights': rights,
             'live-delay': delay, 'live-injected': injected, 'live-list': listed}
