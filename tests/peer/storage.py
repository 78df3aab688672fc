#!/usr/bin/python3
"""Compares every field of mass storage traffic that urbscope and tshark both know: wrappers of
bulk-only transport, information units of UAS, commands, answers, sense data.

    tests/peer/storage.py [--bin PATH] [--all] CAPTURE...      prints where they differ

The values of a field are compared as a whole, in the order in which they stand in the transfer. A
transfer of which tshark shows nothing at all is one difference, "transfer".
Deliberate differences stand in differences-storage.tsv, as in differences.tsv: capture, field,
count of transfers, reason."""

import collections
import functools
import itertools
import subprocess
import sys

import shown
import tshark

DIFFERENCES = tshark.ROOT / 'tests/peer/differences-storage.tsv'

# (parent, key) of ours, or key alone → the names tshark has for it: by command set, by CDB length.
NAMES = {
    'dCBWTag': ['usbms.dCBWTag'],
    'dCBWDataTransferLength': ['usbms.dCBWDataTransferLength'],
    'dCSWTag': ['usbms.dCBWTag'],
    'bmCBWFlags': ['usbms.dCBWFlags'],
    'bCBWLUN': ['usbms.dCBWLUN'],
    'bCBWCBLength': ['usbms.dCBWCBLength'],
    'dCSWDataResidue': ['usbms.dCSWDataResidue'],
    'bCSWStatus': ['usbms.dCSWStatus'],
    ('IU', 'iu'): ['uasp.iu_id'],
    ('IU', 'tag'): ['uasp.tag'],
    'task_attribute': ['uasp.command.task_attr'],
    'command_priority': ['uasp.command.priority'],
    'status_qualifier': ['uasp.sense.status_qualifier'],
    'scsi_status': ['uasp.sense.status'],
    'sense_length': ['uasp.sense.length'],
    'response_code': ['uasp.response.code'],
    'task_function': ['uasp.task_mgmt.function'],
    'managed_tag': ['uasp.task_mgmt.managed_tag'],
    'opcode': ['scsi.spc.opcode', 'scsi_sbc.opcode', 'scsi_mmc.opcode', 'scsi_ssc.opcode'],
    'lba': ['scsi_sbc.rdwr6.lba', 'scsi_sbc.rdwr10.lba', 'scsi_sbc.rdwr16.lba'],
    'blocks': ['scsi_sbc.rdwr6.xferlen', 'scsi_sbc.rdwr10.xferlen', 'scsi_sbc.rdwr12.xferlen',
               'scsi_sbc.rdwr16.xferlen'],
    'dpo': ['scsi_sbc.dpo'],
    'fua': ['scsi_sbc.fua'],
    'group': ['scsi_sbc.group'],
    ('sense', 'sense_key'): ['scsi.sns.key'],
    ('inquiry', 'vendor'): ['scsi.inquiry.vendor_id'],
    ('inquiry', 'product'): ['scsi.inquiry.product_id'],
    ('inquiry', 'revision'): ['scsi.inquiry.product_rev'],
    ('inquiry', 'rmb'): ['scsi.inquiry.removable'],
    ('inquiry', 'version'): ['scsi.inquiry.version'],
    ('inquiry', 'additional_length'): ['scsi.inquiry.add_len'],
    ('inquiry', 'response_data_format'): ['scsi.inquiry.rdf'],
    ('inquiry', 'cmdque'): ['scsi.inquiry.cmdque'],
    ('vpd_page', 'page'): ['scsi.inquiry.evpd.pagecode'],
    ('vpd_page', 'page_length'): ['scsi.inquiry.evpd.pagelength'],
    ('supported', 'page'): ['scsi.inquiry.evpd.supported_page'],
    ('capacity', 'last_lba'): ['scsi_sbc.returned_lba'],
    ('capacity', 'block_length'): ['scsi_sbc.blocksize'],
    ('mode_header', 'mode_data_length'): ['scsi.cdb.mode.mode_data_length'],
    ('mode_header', 'medium_type'): ['scsi.cdb.mode.medium_type'],
    ('mode_header', 'block_descriptor_length'): ['scsi.cdb.mode.block_descriptor_length'],
    ('block_descriptor', 'block_length'): ['scsi.blockdescs.block_length'],
    ('mode_page', 'page'): ['scsi.mode.sbc.pagecode', 'scsi.mode.spc.pagecode'],
    ('mode_page', 'wce'): ['scsi.sbc.modepage.wce'],
    ('mode_page', 'rcd'): ['scsi.sbc.modepage.rcd'],
    ('mode_page', 'awre'): ['scsi.sbc.modepage.awre'],
    ('mode_page', 'read_retries'): ['scsi.sbc.modepage.read_retry_count'],
    'lun_list_length': ['scsi.reportluns.lun_list_length'],
    'list_length': ['scsi.read_format_capacities.list_length'],
}
# What has several bytes for tshark, and is one field.
CODES = 'scsi.sns.ascascq'
COMMANDS = {'usbms.dCBWDataTransferLength', 'uasp.command.task_attr'}
PAGES = ('scsi.inquiry.evpd.pagecode', 'scsi.mode.sbc.pagecode')
TEXTS = ('vendor', 'product', 'revision')


@functools.cache
def known_fields():
    """Those of this tshark: an unknown one would end it."""
    done = subprocess.run(['tshark', '-G', 'fields'], capture_output=True, timeout=120)
    return {line.split('\t')[2] for line in done.stdout.decode('utf-8', 'replace').splitlines()
            if line.startswith('F\t')}


def wanted():
    names = sorted({n for fields in NAMES.values() for n in fields} | {CODES})
    known = known_fields()
    return ['frame.number', *[n for n in names if n in known]]


NAMES_OF_OURS = {**NAMES, ('command', 'page'): ['page of a command']}


def shown_by_tshark(frames):
    """{first of tshark's names: its values as one text} of a transfer."""
    said = collections.defaultdict(list)
    for key, names in NAMES.items():
        if key == 'dCSWTag':  # tshark calls both dCBWTag
            continue
        for frame in frames:
            for name in names:
                if frame.get(name):
                    said[names[0]].append(value_of(key, frame[name]))
    for frame in frames:
        if frame.get(CODES):
            said[CODES].append(','.join(f'{tshark.number(v):04x}'
                                        for v in frame[CODES].split(',')))
    return shown.joined(said)


def value_of(key, text):
    if key[-1] in TEXTS:
        return text.strip()
    return ','.join(str(truth(v)) for v in text.split(','))


def truth(text):
    return {'True': 1, 'False': 0}.get(text) if text in ('True', 'False') else tshark.number(text)


def name_of(parent, key):
    return next((NAMES_OF_OURS[k][0] for k in ((parent, key), key) if k in NAMES_OF_OURS), None)


def shown_by_urbscope(fields):
    said = shown.named_values(fields, name_of)
    codes = {key: [f'{f["value"]:02x}' for f in shown.flat(fields)
                   if f['key'] == key and f['value'] is not None] for key in ('asc', 'ascq')}
    if codes['asc']:
        said[CODES] = [a + q for a, q in itertools.zip_longest(*codes.values(), fillvalue='')]
    return shown.joined(said)


def sort_out(theirs, ours):
    """What tshark names the same in commands and in their data, and repeats of the command."""
    if COMMANDS & set(theirs):
        for page in PAGES:
            if page in theirs:
                theirs['page of a command'] = theirs.pop(page)
        if 'page of a command' not in theirs:
            ours.pop('page of a command', None)
        return
    theirs.pop(NAMES['opcode'][0], None)
    if 'uasp.iu_id' not in theirs:
        theirs.pop('uasp.tag', None)


def said(frames, xfer):
    theirs = shown_by_tshark(frames)
    ours = shown_by_urbscope(xfer.get('fields', []))
    sort_out(theirs, ours)
    return theirs, ours


def compare(program, path, cache):
    """See shown.compare()."""
    frames = tshark.ask_tshark(path, cache, wanted())
    asked = shown.transfers(program, path, 'proto == msc or proto == uas')
    return shown.compare(asked, frames, said, 'transfer')


if __name__ == '__main__':
    sys.exit(tshark.main(sys.modules[__name__]))
