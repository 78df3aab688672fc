# The capture's disk has 4 MiB; more than that is read.
# batch: live-2
# modules: usb_storage sd_mod crct10dif_generic
# machine: -drive if=none,id=full,format=raw,file=full.img
# disk: full 16M text
. /guest.sh

plug usb-storage,id=disk,bus=e.0,drive=full
wait_for 20 disk disk_is
mkdir -p /tmp/small
mount -t tmpfs -o size=4m small /tmp/small || fail tmpfs
capture_start all /tmp/small/capture.pcapng
dd if=/dev/sda of=/dev/null bs=64k iflag=direct || fail read
wait_for 20 'end of the capture' test ! -d /proc/$capture/fd/0
wait $capture
echo $? > exit
cp /tmp/small/capture.pcapng .
umount /tmp/small
unplug disk
wait_for 10 'removal of the disk' no_disk
