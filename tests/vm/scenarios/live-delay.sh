# How long after a key is pressed, with nothing behind it, it is in the file and in a pipe's listing.
# batch: live-2
# modules: usbhid hid_generic evdev
. /guest.sh

now() { cut -d ' ' -f 1 /proc/uptime | tr -d .; }

plug usb-kbd,id=kbd,bus=x.0,usb_version=1
listen 'QEMU USB Keyboard' /tmp/keys
capture_start all capture.pcapng
mkfifo /tmp/line
urbscope list --no-ids - < /tmp/line > /tmp/listing 2> list.err &
lister=$!
urbscope capture -i usbmon0 -w - > /tmp/line 2> pipe.err &
piped=$!
# The listing's capture is on when it told the first key.
typed() { hmp 'sendkey x 10' && [ -s /tmp/listing ]; }
wait_for 20 'first line of the listing' typed

# delay FILE: hundredths of a second from a key to the growth of FILE.
delay() {
	stable=-1
	until [ "$stable" = "$(stat -c %s "$1")" ]; do
		stable=$(stat -c %s "$1")
		usleep 700000
	done
	begin=$(now)
	hmp 'sendkey d 10'
	wait_for 10 "growth of $1" size_reaches "$1" $((stable + 1))
	echo "$(basename "$1") $(($(now) - begin))" >> delays
}
delay capture.pcapng
delay /tmp/listing
capture_stop
kill $piped
wait $piped || fail "capture to a pipe: $(cat pipe.err)"
wait $lister || fail "listing: $(cat list.err)"
kill $reader
unplug kbd
