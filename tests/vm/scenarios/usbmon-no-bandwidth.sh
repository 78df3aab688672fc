# Two loudspeakers with eight channels on one full-speed bus: the first one plays, the bus has no
# room for the second one.
# batch: captures
# modules: snd_usb_audio snd_pcm_oss
# machine: -audiodev none,id=room
. /guest.sh

capture_start uhci usbmon-no-bandwidth.pcapng -s 448
plug usb-audio,id=first,bus=u.0,audiodev=room,multi=on
wait_for 10 'first sound card' test -e /dev/dsp
plug usb-audio,id=second,bus=u.0,audiodev=room,multi=on
wait_for 10 'second sound card' test -e /dev/dsp1
play /dev/dsp 48000 8 100 || fail 'the first one does not play'
play /dev/dsp 48000 8 2000 &
player=$!
wait_for 10 'first stream' grep -q RUNNING /proc/asound/card0/pcm0p/sub0/status
play /dev/dsp1 48000 8 50 && fail 'there was room for both'
kill $player
wait $player
unplug second
unplug first
capture_stop
