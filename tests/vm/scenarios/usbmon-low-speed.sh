# A keyboard at low speed types ten keys; one request stays open until it is unplugged.
# batch: captures
# modules: usbhid hid_generic evdev
# later: vhci_hcd
. /guest.sh

modprobe vhci_hcd
capture_start vhci usbmon-low-speed.pcapng
usbip low keyboard &
device=$!
listen Keyboard /tmp/keys
kill -USR1 $device
# The tenth key is J.
wait_for 10 'release of j' ends_with_event /tmp/keys 0100240000000000
kill $reader
echo 0 > /sys/devices/platform/vhci_hcd.0/detach
wait $device
wait_for 10 'removal of the keyboard' no_usb_device Keyboard
capture_stop
