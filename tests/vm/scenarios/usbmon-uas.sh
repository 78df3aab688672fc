# A SuperSpeed disk with UAS and streams: a file is written to a FAT file system and read back.
# batch: captures
# modules: uas usb_storage sd_mod crct10dif_generic vfat nls_cp437 nls_ascii
# machine: -drive if=none,id=uas,format=raw,file=uas.img
# disk: uas 1M fat
. /guest.sh

capture_start xhci3 usbmon-uas.pcapng
plug_uas uas uas
use_disk
unplug uas
wait_for 10 'removal of the disk' no_disk
capture_stop
