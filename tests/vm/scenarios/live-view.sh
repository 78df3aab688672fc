# The viewer while a disk is read: transfers appear and are followed, it pauses, a filter keeps some;
# all is saved, and what the filter shows.
# batch: live-2
# modules: usb_storage sd_mod crct10dif_generic
# machine: -drive if=none,id=view,format=raw,file=view.img
# disk: view 4M text
. /guest.sh

cat > /tmp/keys <<'END'
:resize 100x30
:wait 'following'
:wait 'READ(10) LBA' :screen
Space :wait 'PAUSED' Space
k k :wait 'not following'
:wait-file /tmp/view/read
f 'type == bulk && dir == in' Enter :wait ' hidden' G :screen
W '/tmp/view/shown.pcapng' Enter :wait 'saved'
F S '/tmp/view/saved.pcapng' Enter :wait 'saved the whole'
q
END
mkdir -m 777 /tmp/view # root is given up: what is saved is saved as nobody
urbscope view -i "usbmon$(bus ehci)" -w kept.pcapng --script @/tmp/keys > screens 2> view.err &
viewer=$!
wait_for 10 'beginning of kept.pcapng' size_reaches kept.pcapng 1
plug usb-storage,id=disk,bus=e.0,drive=view
wait_for 20 disk disk_is
dd if=/dev/sda of=/dev/null bs=64k count=64 iflag=direct || fail read
touch /tmp/view/read
wait $viewer || fail "the viewer ended with $?: $(cat view.err screens)"
cp /tmp/view/shown.pcapng /tmp/view/saved.pcapng .
unplug disk
