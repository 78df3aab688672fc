# A UAS disk is read with many large requests at once, twice: more than usbmon's ring holds. What is
# lost must be counted; QEMU writes what it saw itself.
# batch: live-1
# modules: uas usb_storage sd_mod crct10dif_generic
# machine: -drive if=none,id=queue,format=raw,file=queue.img
# disk: queue 16M text
. /guest.sh

capture_start all capture.pcapng
plug_uas uas queue ,pcap=live-uas-queue/disk.pcap
wait_for 20 disk disk_is
cat /sys/block/sda/queue/max_hw_sectors_kb > /sys/block/sda/queue/max_sectors_kb
read_all() {
	readers=
	for part in 0 1 2 3 4 5 6 7; do
		dd if=/dev/sda of=/dev/null bs=2M skip=$part count=1 iflag=direct &
		readers="$readers $!"
	done
	for reader in $readers; do
		wait $reader || fail read
	done
}
read_all
# Whether that was too fast for the capture depends on the machine; while it is halted it is certain.
kill -STOP $capture
read_all
kill -CONT $capture
unplug uas
wait_for 10 'removal of the disk' no_disk
capture_stop
