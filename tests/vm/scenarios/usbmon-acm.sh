# A serial line of class CDC-ACM: settings, text in both directions, a break, another speed.
# batch: captures
# modules: cdc_acm
# later: dummy_hcd libcomposite usb_f_acm configfs
. /guest.sh

gadget_controller high
capture_start dummy usbmon-acm.pcapng
gadget_begin 0x1209 0x0001 'Serial Line'
gadget_function acm.0
gadget_bind
wait_for 10 'serial line' test -c /dev/ttyACM0
exchange_lines /dev/ttyACM0 /dev/ttyGS0
gadget_remove
wait_for 10 'removal of the line' test ! -e /dev/ttyACM0
capture_stop
