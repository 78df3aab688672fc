# Runs inside the test machine: the scenarios named in /share/names, each in its own directory.
. /guest.sh

modprobe -a xhci_pci ehci_pci uhci_hcd usbmon || fail modprobe
mount -t debugfs debugfs /sys/kernel/debug
for name in $(cat names); do
	# shellcheck disable=SC2046 # a list of words
	modprobe -a $(cat "$name/modules") || fail "modules of $name"
	begin=$(cut -d ' ' -f 1 /proc/uptime)
	(cd "$name" && exec timeout -k 5 100 sh ./run > log 2>&1)
	echo $? > "$name/status"
	# What a failed scenario left behind must not disturb the next one.
	sh -c '. /guest.sh; unplug_all' >> "$name/log" 2>&1
	say "$name: $(cat "$name/status") ($begin to $(cut -d ' ' -f 1 /proc/uptime) s)"
done
exit 0
