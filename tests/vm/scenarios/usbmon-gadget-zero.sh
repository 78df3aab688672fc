# The kernel's test device under the kernel's own test driver: control, bulk, reads taken back,
# halt and recovery, babble.
# batch: captures
# modules: usbtest
# later: dummy_hcd libcomposite usb_f_ss_lb configfs
. /guest.sh

gadget_controller high
capture_start dummy usbmon-gadget-zero.pcapng
gadget_begin 0x0525 0xa4a0 'Gadget Zero'
gadget_function SourceSink.0
gadget_bind
wait_for 10 'gadget zero' usb_device 'Gadget Zero'
dir=$(usb_device 'Gadget Zero')
wait_for 10 'test driver' test -e "$dir/$(basename "$dir"):1.0/driver"
node=$(node "$dir")
# Cases of usbtest: 1 and 2 bulk out and in, 3 and 4 with lengths that vary, 5 and 6 queued,
# 9 control requests of chapter 9, 10 queued control requests, 11 and 12 reads and writes taken
# back, 13 halt, 14 control writes.
for case in 1:3:512:0:0 2:3:512:0:0 3:4:1024:421:0 4:4:1024:512:0 5:1:512:0:3 6:1:512:0:3 \
	9:1:256:0:0 10:2:256:0:4 11:1:512:0:0 12:1:512:0:0 13:2:512:0:0 14:2:256:7:0; do
	usbfs "$node" "test:$case" || fail "usbtest $case"
done
# Reads whose length is no multiple of the packet length: more comes than fits (babble).
usbfs "$node" '!test:4:6:1024:421:0' || fail 'no babble'
gadget_remove
capture_stop
