# QEMU's emulated devices, one after the other; each writes its own capture (its option pcap=FILE).
# batch: qemu
# modules: usbhid hid_generic evdev usb_storage uas sd_mod crct10dif_generic vfat nls_cp437 nls_ascii
# modules: snd_usb_audio snd_pcm_oss ftdi_sio rndis_host cdc_ether
# machine: -drive if=none,id=bot,format=raw,file=bot.img
# machine: -drive if=none,id=uas,format=raw,file=uas.img
# machine: -drive if=none,id=slow,format=raw,file=slow.img,throttling.bps-total=65536
# machine: -audiodev none,id=none
# machine: -chardev socket,id=a,path=serial.sock,server=on,wait=off
# machine: -chardev socket,id=b,path=serial.sock
# disk: bot 1M fat
# disk: uas 1M fat
# disk: slow 1M fat
. /guest.sh

keyboard() {
	plug usb-kbd,id=kbd,bus=x.0,pcap=qemu-keyboard.pcap
	listen 'QEMU USB Keyboard' /tmp/keys
	# Caps lock makes the host send an LED report; several keys at once fill the report's array.
	type_keys u s b shift-a ctrl-alt-f caps_lock caps_lock q-w-e-r
	wait_for 10 'release of q' ends_with_event /tmp/keys 0100100000000000
	kill $reader
	unplug kbd
}

tablet() {
	plug usb-tablet,id=tab,bus=e.0,pcap=qemu-tablet.pcap
	listen 'QEMU USB Tablet' /tmp/moves
	send='{"execute":"input-send-event","arguments":{"events":['
	for at in 0 4096 8192 16384 24576 32767; do
		qmp "$send{\"type\":\"abs\",\"data\":{\"axis\":\"x\",\"value\":$at}},\
{\"type\":\"abs\",\"data\":{\"axis\":\"y\",\"value\":$((32767 - at))}}]}}"
	done
	for button in right wheel-up wheel-down left; do
		for down in true false; do
			qmp "$send{\"type\":\"btn\",\"data\":{\"button\":\"$button\",\"down\":$down}}]}}"
			usleep 50000
		done
	done
	wait_for 10 'release of the left button' ends_with_event /tmp/moves 0100100100000000
	kill $reader
	unplug tab
}

hub() {
	plug usb-hub,id=hub,bus=x.0,port=1,pcap=qemu-hub.pcap
	wait_for 10 hub usb_device 'QEMU USB Hub'
	# The mouse behind the hub is seen here only by what the hub says about its port.
	plug usb-mouse,id=mouse,bus=x.0,port=1.3
	wait_for 10 mouse usb_device 'QEMU USB Mouse'
	unplug mouse
	unplug hub
}

storage() {
	plug usb-storage,id=bot,bus=e.0,drive=bot,pcap=qemu-storage.pcap
	use_disk
	hmp device_del bot
	wait_for 10 'removal of the disk' no_disk
}

uas() {
	plug_uas uas uas ,pcap=qemu-uas.pcap
	use_disk
	hmp device_del uas
	wait_for 10 'removal of the disk' no_disk
}

# The disk is slowed down by QEMU, so that the unplugging hits a read that is under way.
storage_unplug() {
	plug usb-storage,id=slow,bus=e.0,drive=slow,pcap=qemu-storage-unplug.pcap
	wait_for 20 disk disk_is
	: > /tmp/data
	dd if=/dev/sda of=/tmp/data bs=16k iflag=direct 2> /dev/null &
	reader=$!
	wait_for 20 'data from the disk' size_reaches /tmp/data 65536
	hmp device_del slow
	wait_for 20 'removal of the disk' no_disk
	wait $reader && fail 'the read ended without an error'
	return 0
}

audio() {
	plug usb-audio,id=audio,bus=x.0,audiodev=none,pcap=qemu-audio.pcap
	wait_for 10 'sound card' test -e /dev/dsp
	# The kernel's OSS emulation plays 8,000 bytes a second: 100 ms of a 500 Hz square wave.
	awk 'BEGIN { for (i = 0; i < 800; i++) printf "%c", i % 16 < 8 ? 64 : 96 }' > /dev/dsp
	unplug audio
}

# Two serial adapters, connected to each other outside the machine; the first one is captured.
serial() {
	plug usb-serial,id=a,bus=x.0,chardev=a,pcap=qemu-serial.pcap
	wait_for 10 'first serial line' test -c /dev/ttyUSB0
	plug usb-serial,id=b,bus=x.0,chardev=b
	wait_for 10 'second serial line' test -c /dev/ttyUSB1
	exchange_lines /dev/ttyUSB0 /dev/ttyUSB1
	hmp device_del a
	wait_for 10 'removal of the first line' test ! -e /dev/ttyUSB0
}

# The kernel takes configuration 1 (CDC Ethernet) of the two; configuration 2 is RNDIS.
net() {
	echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
	hmp netdev_add user,id=user,restrict=on
	plug usb-net,id=net,bus=x.0,netdev=user,mac=02:00:00:00:00:01,pcap=qemu-net.pcap
	wait_for 10 'network adapter' usb_device 'RNDIS/QEMU USB Network Device'
	dir=$(usb_device 'RNDIS/QEMU USB Network Device')
	wait_for 10 'CDC interface' net_name "$dir"
	ping_gateway "$(basename "$(net_name "$dir")")"
	echo 2 > "$dir/bConfigurationValue"
	wait_for 10 'RNDIS interface' net_name "$dir"
	ping_gateway "$(basename "$(net_name "$dir")")"
	unplug net
}

for part in keyboard tablet hub storage uas storage_unplug audio serial net; do
	say "$part"
	$part
done
exit 0
