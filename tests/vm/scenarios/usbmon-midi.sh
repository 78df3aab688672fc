# A MIDI device: notes in both directions, a system exclusive message.
# batch: captures
# modules: snd_usb_audio
# later: dummy_hcd libcomposite usb_f_midi configfs
. /guest.sh

gadget_controller high
capture_start dummy usbmon-midi.pcapng
gadget_begin 0x1209 0x0005 'MIDI Interface'
gadget_function midi.0 in_ports=1 out_ports=1
gadget_bind
both_ends() { [ "$(ls /dev/snd | grep -c ^midi)" = 2 ]; }
wait_for 10 'both ends' both_ends
for port in /dev/snd/midi*; do
	case $(readlink -f "/sys/class/sound/${port##*/}/device") in
	*gadget*) there=$port ;;
	*) here=$port ;;
	esac
done
: > /tmp/there
: > /tmp/here
cat "$there" > /tmp/there &
readers=$!
cat "$here" > /tmp/here &
readers="$readers $!"
# Nothing arrives before the reader is there: active sensing until it is.
hello() { printf '\376' > "$1" && size_reaches "$2" 1; }
wait_for 10 'reader on the device' hello "$here" /tmp/there
wait_for 10 'reader on the host' hello "$there" /tmp/here
before=$(stat -c %s /tmp/there)
# Note on, note off, program change, pitch bend, a system exclusive message.
printf '\220\074\100\200\074\100\300\005\340\000\100\360\176\177\006\001\367' > "$here"
wait_for 10 'notes from the host' size_reaches /tmp/there $((before + 17))
before=$(stat -c %s /tmp/here)
printf '\221\100\177\220\100\000\370\373' > "$there"
wait_for 10 'notes from the device' size_reaches /tmp/here $((before + 8))
kill $readers
gadget_remove
capture_stop
