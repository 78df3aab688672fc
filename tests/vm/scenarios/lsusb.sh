# What lsusb says of devices, beside their descriptors as sysfs has them (tests/peer/lsusb.py).
# batch: lsusb
# modules: usbhid hid_generic snd_usb_audio
# machine: -audiodev none,id=ls
. /guest.sh

plug usb-kbd,id=kbd,bus=x.0
plug usb-tablet,id=tab,bus=x.0
plug usb-audio,id=audio,bus=x.0,audiodev=ls
plug usb-hub,id=hub,bus=x.0
plug usb-ccid,id=ccid,bus=x.0
wait_for 10 keyboard usb_device 'QEMU USB Keyboard'
wait_for 10 audio usb_device 'QEMU USB Audio'
wait_for 10 hub usb_device 'QEMU USB Hub'
for d in /sys/bus/usb/devices/*/descriptors; do
	device=$(dirname "$d")
	name=$(basename "$device")
	cat "$d" > "$name.bin"
	echo "$name $(cat "$device/busnum") $(cat "$device/devnum")" >> index
done
lsusb -v > lsusb.txt 2> lsusb.err
