# A serial adapter of FTDI: settings, text in both directions, another speed and format.
# Its other end is a second adapter, in the capture too.
# batch: captures
# modules: ftdi_sio
# machine: -chardev socket,id=a,path=serial.sock,server=on,wait=off
# machine: -chardev socket,id=b,path=serial.sock
. /guest.sh

capture_start xhci usbmon-ftdi.pcapng
plug usb-serial,id=ftdi,bus=x.0,chardev=a
wait_for 10 'first serial line' test -c /dev/ttyUSB0
plug usb-serial,id=peer,bus=x.0,chardev=b
wait_for 10 'second serial line' test -c /dev/ttyUSB1
exchange_lines /dev/ttyUSB0 /dev/ttyUSB1
unplug peer
unplug ftdi
wait_for 10 'removal of the line' test ! -e /dev/ttyUSB0
capture_stop
