# A printer: device id, port status, a page.
# batch: captures
# modules: usblp
# later: dummy_hcd libcomposite usb_f_printer configfs
. /guest.sh

gadget_controller high
capture_start dummy usbmon-printer.pcapng
gadget_begin 0x1209 0x0006 Printer
gadget_function printer.0 'pnp_string=MFG:Example;MDL:Printer;CLS:PRINTER;CMD:PCL;'
gadget_bind
wait_for 10 printer test -c /dev/usb/lp0
wait_for 10 'other end' test -c /dev/g_printer0
: > /tmp/page
cat /dev/g_printer0 > /tmp/page &
reader=$!
lines 50 'a line on paper,' > /tmp/text
cat /tmp/text > /dev/usb/lp0 || fail print
wait_for 10 page size_reaches /tmp/page "$(stat -c %s /tmp/text)"
usbfs "$(node "$(usb_device Printer)")" detach:0 claim:0 ctl:0xa1:1:0:0:1 ctl:0xa1:0:0:0:256 ||
	fail status
kill $reader
gadget_remove
capture_stop
