# A media player: session, device, storage, objects and a file over MTP.
# batch: captures
. /guest.sh

mkdir -p /share/player
echo 'a song without sound' > /share/player/song.txt
capture_start xhci usbmon-mtp.pcapng
plug "usb-mtp,id=mtp,bus=x.0,rootdir=$(cat /share/path)/player"
wait_for 10 player usb_device 'QEMU filesharing'
# Containers: length, type 1 (command), code, transaction id, parameters.
# A read of 4096 ends with a short packet, so that the response comes by itself.
read="in:0x81:4096"
usbfs "$(node "$(usb_device 'QEMU filesharing')")" claim:0 \
	out:0x02:0c000000010001100000000000 $read $read \
	out:0x02:10000000010002100000000001000000 $read \
	out:0x02:0c0000000100041001000000 $read $read \
	out:0x02:10000000010005100200000001000100 $read $read \
	out:0x02:1800000001000710030000000100010000000000ffffffff $read $read \
	out:0x02:10000000010008100400000001000000 $read $read \
	out:0x02:10000000010009100500000001000000 $read $read \
	out:0x02:0c0000000100031006000000 $read release:0 || fail usbfs
unplug mtp
capture_stop
