# A keyboard that may sleep: its port is suspended, a key wakes it up (remote wake-up).
# batch: captures
# modules: usbhid hid_generic evdev
. /guest.sh

capture_start xhci usbmon-suspend.pcapng
plug usb-kbd,id=kbd,bus=x.0
listen 'QEMU USB Keyboard' /tmp/keys
echo enabled > "$dir/power/wakeup"
echo 200 > "$dir/power/autosuspend_delay_ms"
echo auto > "$dir/power/control"
for key in a b; do
	wait_for 10 suspend grep -q suspended "$dir/power/runtime_status"
	hmp "sendkey $key 50"
	wait_for 10 'wake up' grep -q active "$dir/power/runtime_status"
done
wait_for 10 'release of b' ends_with_event /tmp/keys 0100300000000000
kill $reader
unplug kbd
capture_stop
