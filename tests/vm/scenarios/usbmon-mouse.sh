# A mouse moves, turns its wheel and clicks; then a tablet (high speed) does.
# batch: captures
# modules: usbhid hid_generic evdev
. /guest.sh

event() { qmp "{\"execute\":\"input-send-event\",\"arguments\":{\"events\":[$1]}}"; }
click() {
	for down in true false; do
		event "{\"type\":\"btn\",\"data\":{\"button\":\"$1\",\"down\":$down}}"
		usleep 50000
	done
}

capture_start xhci usbmon-mouse.pcapng
plug usb-mouse,id=mouse,bus=x.0,usb_version=1
listen 'QEMU USB Mouse' /tmp/moves
for at in 5 -3 127 -100; do
	event "{\"type\":\"rel\",\"data\":{\"axis\":\"x\",\"value\":$at}},
{\"type\":\"rel\",\"data\":{\"axis\":\"y\",\"value\":2}}"
	usleep 50000
done
for button in wheel-up wheel-down middle left; do
	click $button
done
wait_for 10 'release of the left button' ends_with_event /tmp/moves 0100100100000000
kill $reader
unplug mouse

plug usb-tablet,id=tablet,bus=x.0
listen 'QEMU USB Tablet' /tmp/moves
for at in 0 4096 16384 32767; do
	event "{\"type\":\"abs\",\"data\":{\"axis\":\"x\",\"value\":$at}},
{\"type\":\"abs\",\"data\":{\"axis\":\"y\",\"value\":$((32767 - at))}}"
	usleep 50000
done
for button in right wheel-up left; do
	click $button
done
wait_for 10 'release of the left button' ends_with_event /tmp/moves 0100100100000000
kill $reader
unplug tablet
capture_stop
