# A drive without a medium; then a slow disk that is unplugged in the middle of a read.
# batch: captures
# modules: usb_storage sd_mod crct10dif_generic
# machine: -drive if=none,id=slow,format=raw,file=slow.img,throttling.bps-total=65536
# machine: -drive if=none,id=empty
# disk: slow 1M
. /guest.sh

capture_start ehci usbmon-storage-error.pcapng
plug usb-storage,id=empty,bus=e.0,drive=empty,removable=on
wait_for 20 'drive without a medium' test -e /sys/block/sda/size
dd if=/dev/sda of=/dev/null bs=512 count=1 && fail 'there is a medium'
unplug empty
wait_for 10 'removal of the drive' no_disk

plug usb-storage,id=slow,bus=e.0,drive=slow
wait_for 20 disk disk_is
: > /tmp/data
dd if=/dev/sda of=/tmp/data bs=16k iflag=direct 2> /dev/null &
reader=$!
wait_for 20 'data from the disk' size_reaches /tmp/data 65536
unplug slow
wait_for 20 'removal of the disk' no_disk
wait $reader && fail 'the read ended without an error'
capture_stop
