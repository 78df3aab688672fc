# Keyboard and loudspeaker are there before the capture begins, and are used.
# batch: live-2
# modules: usbhid hid_generic evdev snd_usb_audio snd_pcm_oss
# machine: -audiodev none,id=there
. /guest.sh

plug usb-kbd,id=kbd,bus=x.0,usb_version=1
plug usb-audio,id=audio,bus=x.0,audiodev=there
wait_for 10 'sound card' test -e /dev/dsp
wait_for 10 keyboard usb_device 'QEMU USB Keyboard'
dir=$(usb_device 'QEMU USB Keyboard')
wait_for 10 'keyboard input' input_of "$dir"
capture_start all capture.pcapng
cat "$(input_of "$dir")" > /tmp/keys &
reader=$!
hmp 'sendkey shift-h 50'
wait_for 10 'release of h' ends_with_event /tmp/keys 01002a0000000000
kill $reader
play /dev/dsp 48000 2 30
capture_stop
capture_start all without.pcapng --no-inject
capture_stop
unplug audio
unplug kbd
