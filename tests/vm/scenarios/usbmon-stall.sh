# A disk that stalls its bulk endpoints where the bulk-only transport asks for it: CLEAR_FEATURE,
# status, next command. Then a command block that is not valid, and reset recovery.
# batch: captures
# modules: usb_storage sd_mod crct10dif_generic
# later: dummy_hcd libcomposite usb_f_mass_storage configfs
. /guest.sh

truncate -s 1M /tmp/stall.img
gadget_controller high
capture_start dummy usbmon-stall.pcapng
gadget_begin 0x1209 0x0003 'Disk That Stalls'
gadget_function mass_storage.0 stall=1 lun.0/file=/tmp/stall.img
gadget_bind
wait_for 20 disk disk_is
dd if=/dev/sda of=/dev/null bs=4k count=2 iflag=direct || fail read
dir=$(usb_device 'Disk That Stalls')
# The signature of the command block is wrong: both endpoints stall until the reset.
usbfs "$(node "$dir")" detach:0 claim:0 \
	out:0x02:00000000010000000000000000000600000000000000000000000000000000 \
	'!in:0x81:13' '?ctl:0x21:0xff:0:0:' clear:0x81 clear:0x02 \
	out:0x02:55534243020000000000000000000600000000000000000000000000000000 in:0x81:13 ||
	fail 'reset recovery'
gadget_remove
wait_for 10 'removal of the disk' no_disk
capture_stop
