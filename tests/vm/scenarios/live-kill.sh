# One of two captures of the same reading disk is killed in the middle (SIGKILL).
# batch: live-2
# modules: usb_storage sd_mod crct10dif_generic
# machine: -drive if=none,id=kill,format=raw,file=kill.img
# disk: kill 1M text
. /guest.sh

plug usb-storage,id=disk,bus=e.0,drive=kill
wait_for 20 disk disk_is
capture_start all witness.pcapng -s 128
witness=$capture
capture_start all killed.pcapng -s 128
while dd if=/dev/sda of=/dev/null bs=4k iflag=direct 2> /dev/null; do :; done &
reader=$!
# Written twice a second: then the killed one has been through some rounds.
wait_for 20 'written data' size_reaches killed.pcapng 300000
touch /tmp/moment
kill -9 $capture
stat -c %y /tmp/moment > moment
records_before=$(stat -c %s witness.pcapng)
wait_for 20 'more data' size_reaches witness.pcapng $((records_before + 300000))
kill $reader
capture=$witness
capture_stop
unplug disk
wait_for 10 'removal of the disk' no_disk
