# A loudspeaker at full speed: mixer, rate, then the alternate setting with the isochronous
# endpoint is chosen, 100 ms are played, and the setting without it is chosen again.
# batch: captures
# modules: snd_usb_audio snd_pcm_oss
# machine: -audiodev none,id=none
. /guest.sh

capture_start xhci usbmon-audio.pcapng
plug usb-audio,id=audio,bus=x.0,audiodev=none
wait_for 10 'sound card' test -e /dev/dsp
# The kernel's OSS emulation plays 8,000 bytes a second: 100 ms of a 500 Hz square wave.
awk 'BEGIN { for (i = 0; i < 800; i++) printf "%c", i % 16 < 8 ? 64 : 96 }' > /dev/dsp
unplug audio
capture_stop
