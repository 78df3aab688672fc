# Keyboard and loudspeaker are there before the capture begins: it takes their descriptors along.
# batch: captures
# modules: usbhid hid_generic evdev snd_usb_audio snd_pcm_oss
# machine: -audiodev none,id=late
. /guest.sh

plug usb-kbd,id=kbd,bus=x.0,usb_version=1
plug usb-audio,id=audio,bus=x.0,audiodev=late
wait_for 10 'sound card' test -e /dev/dsp
input_ready 'QEMU USB Keyboard'
capture_start xhci usbmon-late.pcapng
listen 'QEMU USB Keyboard' /tmp/keys
type_keys l a t e
wait_for 10 'release of e' ends_with_event /tmp/keys 0100120000000000
kill $reader
awk 'BEGIN { for (i = 0; i < 400; i++) printf "%c", i % 16 < 8 ? 64 : 96 }' > /dev/dsp
capture_stop
unplug audio
unplug kbd
