# A keyboard at full speed is plugged in, types with modifiers and Caps Lock (LED reports), leaves.
# batch: captures
# modules: usbhid hid_generic evdev
. /guest.sh

capture_start xhci usbmon-keyboard.pcapng
plug usb-kbd,id=kbd,bus=x.0,usb_version=1
wait_for 10 keyboard usb_device 'QEMU USB Keyboard'
dir=$(usb_device 'QEMU USB Keyboard')
wait_for 10 'keyboard input' input_of "$dir"
cat "$(input_of "$dir")" > /tmp/keys &
reader=$!
# The pauses are a typist's: nothing depends on them.
for keys in u s b shift-a ctrl-alt-f caps_lock caps_lock q-w-e-r; do
	hmp "sendkey $keys 50"
	usleep 150000
done
wait_for 10 'release of q' ends_with_event /tmp/keys 0100100000000000
kill $reader
unplug kbd
capture_stop
