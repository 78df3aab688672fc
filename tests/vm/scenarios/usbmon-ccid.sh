# A smart card reader without a card: slot status, parameters, power on refused, an unknown slot.
# batch: captures
. /guest.sh

capture_start xhci usbmon-ccid.pcapng
plug usb-ccid,id=ccid,bus=x.0
wait_for 10 reader usb_device 'QEMU USB CCID'
usbfs "$(node "$(usb_device 'QEMU USB CCID')")" claim:0 \
	out:0x03:65000000000000000000 in:0x82:271 out:0x03:6c000000000001000000 in:0x82:271 \
	out:0x03:62000000000002000000 in:0x82:271 out:0x03:65000000000503000000 in:0x82:271 \
	cancel:0x82:271:1 release:0 || fail usbfs
unplug ccid
capture_stop
