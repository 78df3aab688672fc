# The viewer on a serial console, used by live-view.py, while a disk is read: three parts of it, each
# when the person in front of the console wants it.
# batch: live-2
# modules: usb_storage sd_mod crct10dif_generic
# machine: -drive if=none,id=view,format=raw,file=view.img
# machine: -chardev socket,id=console,path=live-view/console,server=on,wait=off
# machine: -serial chardev:console
# disk: view 3M text
# beside: live-view.py
. /guest.sh

mkdir -m 777 /tmp/view # root is given up: what is saved is saved as nobody
bus=$(bus ehci)
export BUS="$bus" HOME=/tmp/view TERM=screen-256color PS1='machine# '
setsid -c sh -c 'stty sane 115200 cols 100 rows 30; sh -i; echo console closed' \
	< /dev/ttyS1 > /dev/ttyS1 2>&1 &
console=$!
wait_for 60 'beginning of kept.pcapng' size_reaches kept.pcapng 1
plug usb-storage,id=disk,bus=e.0,drive=view
wait_for 20 disk disk_is
for part in 0 1 2; do
	wait_for 60 "wish for part $part" test -e "wanted-$part"
	dd if=/dev/sda of=/dev/null bs=64k count=16 skip=$((part * 16)) iflag=direct || fail read
	touch "read-$part"
done
wait $console || fail "the console ended with $?"
cp /tmp/view/shown.pcapng /tmp/view/saved.pcapng .
unplug disk
