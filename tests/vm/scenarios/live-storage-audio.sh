# 16 MiB are read from a bulk-only disk while sound is played; QEMU writes what it saw itself.
# batch: live-1
# modules: usb_storage sd_mod crct10dif_generic snd_usb_audio snd_pcm_oss
# machine: -drive if=none,id=live,format=raw,file=live.img
# machine: -audiodev none,id=live
# disk: live 16M text
. /guest.sh

capture_start all capture.pcapng
plug usb-storage,id=disk,bus=e.0,drive=live,pcap=live-storage-audio/disk.pcap
plug usb-audio,id=audio,bus=x.0,audiodev=live,pcap=live-storage-audio/audio.pcap
wait_for 20 disk disk_is
wait_for 10 'sound card' test -e /dev/dsp
play /dev/dsp 48000 2 60000 &
player=$!
wait_for 10 stream grep -q RUNNING /proc/asound/card0/pcm0p/sub0/status
dd if=/dev/sda of=/dev/null bs=64k count=256 iflag=direct || fail read
kill $player
wait $player
unplug audio
unplug disk
wait_for 10 'removal of the disk' no_disk
capture_stop
