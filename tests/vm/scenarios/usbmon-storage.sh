# A bulk-only disk at high speed: a file is written to a FAT file system and read back.
# batch: captures
# modules: usb_storage sd_mod crct10dif_generic vfat nls_cp437 nls_ascii
# machine: -drive if=none,id=bot,format=raw,file=bot.img
# disk: bot 1M fat
. /guest.sh

capture_start ehci usbmon-storage.pcapng
plug usb-storage,id=bot,bus=e.0,drive=bot
use_disk
unplug bot
wait_for 10 'removal of the disk' no_disk
capture_stop
