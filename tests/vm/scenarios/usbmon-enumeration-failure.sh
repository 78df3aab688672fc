# A device that answers nothing: the kernel tries again, resets, switches its port off and gives up.
# batch: captures
# later: vhci_hcd
. /guest.sh

gave_up() { dmesg | grep -q 'unable to enumerate USB device'; }
modprobe vhci_hcd
capture_start vhci usbmon-enumeration-failure.pcapng
usbip full silent &
device=$!
wait_for 30 'end of the attempts' gave_up
echo 0 > /sys/devices/platform/vhci_hcd.0/detach
wait $device
capture_stop
