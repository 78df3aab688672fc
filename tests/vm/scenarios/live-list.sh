# The interfaces and what is behind them; list and stat straight from a bus.
# batch: live-2
# modules: usbhid hid_generic evdev
. /guest.sh

plug usb-kbd,id=kbd,bus=x.0,usb_version=1
listen 'QEMU USB Keyboard' /tmp/keys
number=$(bus xhci)
urbscope capture --list > interfaces 2> interfaces.err || fail "capture --list: $?"
urbscope list -i "usbmon$number" --no-ids > list.out 2> list.err &
lister=$!
urbscope stat -i "usbmon$number" --json > stat.out 2> stat.err &
counter=$!
# Each key is a transfer; both are on when the keys are told, and both end well when told to.
typed() { hmp 'sendkey x 10' && [ "$(grep -c intr list.out)" -ge 4 ]; }
wait_for 20 'listed keys' typed
kill $lister
wait $lister || fail "list: $?"
kill $counter
wait $counter || fail "stat: $?"
kill $reader
unplug kbd
