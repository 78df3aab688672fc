# Keyboard and loudspeaker are there before the capture begins, and are used.
# batch: live-2
# modules: usbhid hid_generic evdev snd_usb_audio snd_pcm_oss
# machine: -audiodev none,id=there
. /guest.sh

plug usb-kbd,id=kbd,bus=x.0,usb_version=1
plug usb-audio,id=audio,bus=x.0,audiodev=there
wait_for 10 'sound card' test -e /dev/dsp
input_ready 'QEMU USB Keyboard'
capture_start all capture.pcapng
listen 'QEMU USB Keyboard' /tmp/keys
hmp 'sendkey shift-h 50'
wait_for 10 'release of h' ends_with_event /tmp/keys 01002a0000000000
kill $reader
play /dev/dsp 48000 2 30
capture_stop
capture_start all without.pcapng --no-inject
capture_stop
unplug audio
unplug kbd
