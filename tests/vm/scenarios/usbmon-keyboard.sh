# A keyboard at full speed is plugged in, types with modifiers and Caps Lock (LED reports), leaves.
# batch: captures
# modules: usbhid hid_generic evdev
. /guest.sh

capture_start xhci usbmon-keyboard.pcapng
plug usb-kbd,id=kbd,bus=x.0,usb_version=1
listen 'QEMU USB Keyboard' /tmp/keys
type_keys u s b shift-a ctrl-alt-f caps_lock caps_lock q-w-e-r
wait_for 10 'release of q' ends_with_event /tmp/keys 0100100000000000
kill $reader
unplug kbd
capture_stop
