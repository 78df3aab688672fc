# A hub is plugged in; a mouse comes to its port 3 and leaves; the hub leaves with a mouse in it.
# batch: captures
# modules: usbhid hid_generic
. /guest.sh

capture_start xhci usbmon-hub.pcapng
plug usb-hub,id=hub,bus=x.0,port=1
wait_for 10 hub usb_device 'QEMU USB Hub'
plug usb-mouse,id=mouse,bus=x.0,port=1.3,usb_version=1
wait_for 10 mouse usb_device 'QEMU USB Mouse'
unplug mouse
plug usb-mouse,id=again,bus=x.0,port=1.5,usb_version=1
wait_for 10 'second mouse' usb_device 'QEMU USB Mouse'
unplug hub
wait_for 10 'removal of the mouse' no_usb_device 'QEMU USB Mouse'
capture_stop
