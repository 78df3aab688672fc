# Reads that wait for data and are taken back, last one first; then data that is looped back.
# batch: captures
# later: dummy_hcd libcomposite usb_f_ss_lb configfs
. /guest.sh

gadget_controller high
capture_start dummy usbmon-cancelled.pcapng
gadget_begin 0x1209 0x0004 Loopback
gadget_function Loopback.0
gadget_bind
wait_for 10 loopback usb_device Loopback
usbfs "$(node "$(usb_device Loopback)")" claim:0 cancel:0x81:512:4 out:0x02:00112233445566778899 \
	in:0x81:512 cancel:0x81:64:1 release:0 || fail usbfs
gadget_remove
capture_stop
