#!/usr/bin/python3
"""Compares every descriptor field that urbscope shows of captured GET_DESCRIPTOR answers with what
tshark shows of the same record.

    tests/peer/descriptors.py [--bin PATH] [--all] CAPTURE...      prints where they differ

The values of a field are compared as a whole, in the order in which they stand in the answer. An
answer of which tshark shows nothing at all is one difference, "answer".
Deliberate differences stand in differences-descriptors.tsv, as in differences.tsv: capture, field,
count of answers, reason."""

import sys

import shown
import tshark

DIFFERENCES = tshark.ROOT / 'tests/peer/differences-descriptors.tsv'

SAME_NAME = ('bLength bDescriptorType bcdUSB bDeviceClass bDeviceSubClass bDeviceProtocol '
             'bMaxPacketSize0 idVendor idProduct bcdDevice iManufacturer iProduct iSerialNumber '
             'bNumConfigurations wLANGID bString bInterfaceNumber bAlternateSetting bNumEndpoints '
             'bInterfaceClass bInterfaceSubClass bInterfaceProtocol iInterface bEndpointAddress '
             'wMaxPacketSize bInterval bMaxBurst wBytesPerInterval bNumInterfaces '
             'bConfigurationValue iConfiguration bMaxPower bFirstInterface bInterfaceCount '
             'bFunctionClass bFunctionSubClass bFunctionProtocol iFunction').split()

# (parent, key) of ours, or key alone → tshark's field.
NAMES = {name: f'usb.{name}' for name in SAME_NAME}
NAMES.update({('configuration', 'bmAttributes'): 'usb.configuration.bmAttributes',
              ('configuration', 'wTotalLength'): 'usb.wTotalLength',
              ('ac_header', 'wTotalLength'): 'usbaudio.ac_if_hdr.wTotalLength',
              ('midi_header', 'wTotalLength'): 'usbaudio.ms_if_hdr.wTotalLength',
              ('vc_header', 'wTotalLength'): 'usbvideo.totalLength',
              ('vs_input_header', 'wTotalLength'): 'usbvideo.totalLength',
              ('vs_output_header', 'wTotalLength'): 'usbvideo.totalLength',
              ('endpoint', 'bmAttributes'): 'usb.bmAttributes',
              ('ss_endpoint_companion', 'bmAttributes'): 'usb.bmAttributes',
              'self_powered': 'usb.configuration.selfpowered',
              'remote_wakeup': 'usb.configuration.remotewakeup',
              'transfer_type': 'usb.bmAttributes.transfer',
              'synchronization_type': 'usb.bmAttributes.sync',
              'usage_type': 'usb.bmAttributes.behaviour',
              ('bEndpointAddress', 'number'): 'usb.bEndpointAddress.number',
              ('bEndpointAddress', 'direction'): 'usb.bEndpointAddress.direction',
              ('wMaxPacketSize', 'size'): 'usb.wMaxPacketSize.size',
              'bcdHID': 'usbhid.descriptor.hid.bcdHID',
              'bCountryCode': 'usbhid.descriptor.hid.bCountryCode',
              'bNumDescriptors': 'usbhid.descriptor.hid.bNumDescriptors',
              ('entry', 'bDescriptorType'): 'usbhid.descriptor.hid.bDescriptorType',
              'wDescriptorLength': 'usbhid.descriptor.hid.wDescriptorLength'})
FIELDS = ['frame.number', *dict.fromkeys(NAMES.values())]
GET_DESCRIPTOR = 6
# What tshark 4.0 dissects: those by chapter 9 of USB 2.0, and what comes in a configuration.
TYPES = (1, 2, 3)


def shown_by_tshark(frames):
    """{tshark's field: its values as one text} of an answer; texts may have commas themselves."""
    said = {}
    for frame in frames:
        for field in FIELDS[1:]:
            if frame[field]:
                text = frame[field] if field == 'usb.bString' else \
                    ','.join(str(tshark.number(v)) for v in frame[field].split(','))
                said[field] = said[field] + ',' + text if field in said else text
    return said


def shown_by_urbscope(xfer):
    fields = [f for f in xfer['fields'] if f['key'] != 'setup']
    return shown.joined(shown.named_values(
        fields, lambda parent, key: NAMES.get((parent, key)) or NAMES.get(key)))


def is_answer(xfer):
    setup = xfer['setup']
    return setup and setup['bmRequestType'] & 0xe0 == 0x80 and xfer['len'] \
        and setup['bRequest'] == GET_DESCRIPTOR and setup['wValue'] >> 8 in TYPES


def compare(program, path, cache):
    """See shown.compare()."""
    frames = tshark.ask_tshark(path, cache, FIELDS)
    # In the submission tshark shows the type that is asked for.
    asked = shown.transfers(program, path, counts=lambda record: record['kind'] != 'submit')
    return shown.compare([(xfer, numbers) for xfer, numbers in asked if is_answer(xfer)], frames,
                         lambda frames, xfer: (shown_by_tshark(frames), shown_by_urbscope(xfer)),
                         'answer')


if __name__ == '__main__':
    sys.exit(tshark.main(sys.modules[__name__]))
