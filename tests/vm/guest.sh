# Functions for scenarios that run inside the test machine; sourced by them.

# say TEXT: a line of the console log.
say() { echo "scenario: $*"; }

# fail TEXT: ends the scenario.
fail() { say "FAILED: $*"; exit 1; }

# wait_for SECONDS WHAT COMMAND...: returns as soon as COMMAND succeeds, fails after the limit.
wait_for() {
	local limit=$(($1 * 20)) what=$2
	shift 2
	until "$@" > /dev/null 2>&1; do
		limit=$((limit - 1))
		[ $limit -gt 0 ] || fail "no $what in time"
		usleep 50000
	done
}

# size_reaches FILE BYTES
size_reaches() { [ "$(stat -c %s "$1")" -ge "$2" ]; }

# qmp JSON: sends one command to QEMU and waits for its answer; an error ends the scenario.
qmp_answers() { grep -c '"return"\|"error"' /share/monitor.log; }
qmp_answered() { [ "$(qmp_answers)" -gt "$1" ]; }
qmp() {
	local before
	before=$(qmp_answers)
	echo "$1" >&3
	wait_for 10 "answer to $1" qmp_answered "$before"
	if tail -n 1 /share/monitor.log | grep -q '"error"'; then
		fail "$1: $(tail -n 1 /share/monitor.log)"
	fi
}

# hmp LINE: a line of QEMU's human monitor, e.g. `hmp sendkey a`. What it says ends the scenario,
# since these commands say something only when they fail.
hmp() {
	qmp "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"$*\"}}"
	grep '"return"' /share/monitor.log | tail -n 1 | grep -q '"return": ""' ||
		fail "$*: $(grep '"return"' /share/monitor.log | tail -n 1)"
}

# usb_device PRODUCT: prints the sysfs directory of the device that calls itself so.
usb_device() {
	found=$(grep -lx "$1" /sys/bus/usb/devices/*/product 2> /dev/null | head -n 1)
	[ -n "$found" ] && dirname "$found"
}
no_usb_device() { ! usb_device "$1"; }

# input_of DIRECTORY: prints /dev/input/eventN of a USB device.
input_of() {
	event=$(ls -d "$1"/*/*/input/input*/event* 2> /dev/null | head -n 1)
	[ -n "$event" ] && echo "/dev/input/${event##*/}"
}

# ends_with_event FILE HEX: the last input event but the closing one has this type, code and value.
# struct input_event is 16 bytes of time, then u16 type, u16 code, s32 value.
ends_with_event() { [ "$(tail -c 32 "$1" | head -c 8 | xxd -p)" = "$2" ]; }

# input_ready PRODUCT: waits for a device and its input events; $dir is then its sysfs directory.
input_ready() {
	wait_for 10 "$1" usb_device "$1"
	dir=$(usb_device "$1")
	wait_for 10 "input of $1" input_of "$dir"
}
# listen PRODUCT FILE: reads its input events into FILE; `kill $reader` ends that.
listen() {
	input_ready "$1"
	cat "$(input_of "$dir")" > "$2" &
	reader=$!
}
# type_keys KEY...: presses and releases one after the other. The pauses are a typist's: nothing
# depends on them.
type_keys() {
	for keys; do
		hmp "sendkey $keys 50"
		usleep 150000
	done
}

# plug DEVICE,OPTIONS: plugs one of QEMU's devices in; unplug ID takes it out again and waits until
# the kernel has noticed.
plug() {
	hmp "device_add $1"
	echo "$1" | sed 's/.*id=\([^,]*\).*/\1/' >> /tmp/plugged
}
unplug() {
	local before
	before=$(usb_devices)
	hmp "device_del $1"
	wait_for 10 "removal of $1" fewer_usb_devices "$before"
}
usb_devices() { ls /sys/bus/usb/devices | grep -c '^[0-9][-0-9.]*$'; }
fewer_usb_devices() { [ "$(usb_devices)" -lt "$1" ]; }

# unplug_all: takes out whatever is still in when a scenario has ended.
unplug_all() {
	for id in $(cat /tmp/plugged 2> /dev/null); do
		(hmp "device_del $id") > /dev/null
	done
	rm -f /tmp/plugged
	gadget_remove
	modprobe -r dummy_hcd 2> /dev/null
	return 0
}

# lines COUNT TEXT: prints numbered lines.
lines() { awk -v n="$1" -v text="$2" 'BEGIN { for (i = 1; i <= n; i++) print text, i }'; }

# bus CONTROLLER: prints the number of the bus of a host controller: xhci (its USB 2 half), xhci3 (its
# SuperSpeed half), ehci, uhci, dummy, vhci.
bus() {
	case $1 in
	xhci3) is='xHCI Host' speed=5000 ;;
	dummy) is=Dummy speed= ;;
	vhci) is=USB/IP speed=480 ;;
	*) is="$1 Host" speed= ;;
	esac
	[ "$1" != xhci ] || speed=480
	for number in $(seq 1 64); do
		root=/sys/bus/usb/devices/usb$number
		if [ -e "$root" ] && grep -qi "^$is" "$root/product" && grep -q "^$speed" "$root/speed"; then
			echo "$number"
			return
		fi
	done
	fail "no bus of $1"
}

# capture_start CONTROLLER|all FILE [OPTION]...: begins to capture what happens there; returns when
# the capture is on. capture_stop ends it.
capture_start() {
	number=0
	[ "$1" = all ] || number=$(bus "$1")
	shift
	rm -f "$1"
	urbscope capture -i "usbmon$number" -w "$@" 2> capture.err &
	capture=$!
	wait_for 10 "beginning of $1" size_reaches "$1" 1
}
capture_stop() {
	kill $capture
	wait $capture || fail "capture ended with $?: $(cat capture.err)"
}

# A device made of the kernel's own functions, on a host controller that exists in memory.
# gadget_controller SPEED; gadget_begin VID PID PRODUCT; gadget_function NAME [CONFIGFS-FILE=VALUE]...; gadget_bind
G=/sys/kernel/config/usb_gadget/g
gadget_controller() {
	case $1 in
	super) modprobe dummy_hcd is_super_speed=1 ;;
	high) modprobe dummy_hcd ;;
	full) modprobe dummy_hcd is_high_speed=0 ;;
	esac || fail dummy_hcd
}
gadget_begin() {
	modprobe libcomposite || fail libcomposite
	[ -d ${G%/*} ] || mount -t configfs configfs /sys/kernel/config || fail configfs
	mkdir $G && echo "$1" > $G/idVendor && echo "$2" > $G/idProduct || fail gadget
	mkdir -p $G/strings/0x409 $G/configs/c.1/strings/0x409
	echo 'Example Devices' > $G/strings/0x409/manufacturer
	echo "$3" > $G/strings/0x409/product
	echo 000000000001 > $G/strings/0x409/serialnumber
	echo "$3 in use" > $G/configs/c.1/strings/0x409/configuration
}
gadget_function() {
	mkdir "$G/functions/$1" || fail "function $1"
	function=$1
	shift
	for setting; do
		echo "${setting#*=}" > "$G/functions/$function/${setting%%=*}" || fail "$setting"
	done
	ln -s "$G/functions/$function" $G/configs/c.1/ || fail "$function in configuration"
}
gadget_bind() { ls /sys/class/udc | head -n 1 > $G/UDC || fail 'gadget not accepted'; }
gadget_unbind() { echo > $G/UDC; }
gadget_remove() {
	[ -d $G ] || return 0
	product=$(cat $G/strings/0x409/product)
	gadget_unbind
	for link in $G/configs/c.1/*; do
		[ ! -L "$link" ] || rm "$link"
	done
	rmdir $G/configs/c.1/strings/0x409 $G/configs/c.1 $G/functions/* $G/strings/0x409 $G
	wait_for 10 "removal of $product" no_usb_device "$product"
}

# node DIRECTORY: prints the device node of the device with this sysfs directory.
node() { printf '/dev/bus/usb/%03d/%03d\n' "$(cat "$1/busnum")" "$(cat "$1/devnum")"; }

disk_is() { [ "$(cat /sys/block/sda/size)" -gt 0 ]; }
no_disk() { [ ! -e /sys/block/sda ]; }

# plug_uas ID DRIVE: a hot-plugged UAS device shows itself only when told so, after its disks are in
# place. Port 1 is one of the SuperSpeed ports.
plug_uas() {
	plug "usb-uas,id=$1,bus=x.0,port=1${3-}"
	plug "scsi-hd,id=$1-disk,bus=$1.0,drive=$2"
	qmp '{"execute":"qom-set","arguments":{"path":"/machine/peripheral/'"$1"'",
"property":"attached","value":true}}'
}

# use_disk: writes a file to the FAT file system on the disk, then reads it back from the disk.
use_disk() {
	wait_for 20 disk disk_is
	mount -t vfat /dev/sda /mnt || fail mount
	lines 100 'text on an emulated disk, line' > /mnt/lines.txt
	sync
	umount /mnt
	mount -t vfat /dev/sda /mnt || fail 'second mount'
	lines 100 'text on an emulated disk, line' | cmp - /mnt/lines.txt || fail 'bad file'
	umount /mnt
}

# exchange_lines A B: sends lines from A to B and back, then chooses other settings on A. Opening a
# line empties it: both stay open until everything has arrived.
exchange_lines() {
	exec 4<> "$1" 5<> "$2"
	stty 115200 raw -echo <&4
	stty 115200 raw -echo <&5
	: > /tmp/got4
	: > /tmp/got5
	cat <&4 > /tmp/got4 &
	readers=$!
	cat <&5 > /tmp/got5 &
	readers="$readers $!"
	lines 20 question >&4
	wait_for 10 "data on $2" size_reaches /tmp/got5 "$(lines 20 question | wc -c)"
	lines 20 answer >&5
	wait_for 10 "data on $1" size_reaches /tmp/got4 "$(lines 20 answer | wc -c)"
	kill $readers
	stty 9600 parenb parodd cstopb cs7 <&4
	exec 4>&- 5>&-
}

# ping_gadget FUNCTION: the two ends of a network function ping each other, one in a network
# namespace of its own, so that the kernel does not take the short way.
ping_gadget() {
	host=$(cat "$G/functions/$1/host_addr")
	gadget=$(cat "$G/functions/$1/ifname")
	wait_for 10 'network interface' net_with "$host"
	echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
	unshare -n sleep 100 &
	holder=$!
	wait_for 10 namespace other_namespace $holder
	ip link set "$gadget" netns $holder || fail 'interface to namespace'
	nsenter -t $holder -n ip address add 10.0.3.1/24 dev "$gadget"
	nsenter -t $holder -n ip link set "$gadget" up
	ip address add 10.0.3.2/24 dev "$(net_with "$host")"
	ip link set "$(net_with "$host")" up
	ping -c 3 -i 0.2 -W 5 10.0.3.1 || fail 'no answer'
	ip link set "$(net_with "$host")" down
	kill $holder
	wait_for 10 "return of $gadget" test -e "/sys/class/net/$gadget"
}
net_with() {
	file=$(grep -lx "$1" /sys/class/net/*/address | head -n 1)
	[ -n "$file" ] && basename "$(dirname "$file")"
}
other_namespace() { [ "$(readlink /proc/$1/ns/net)" != "$(readlink /proc/self/ns/net)" ]; }

# ping_gateway INTERFACE: pings the other end of one of QEMU's network adapters.
ping_gateway() {
	wait_for 10 'network interface' test -e /sys/class/net/"$1"
	ip address add 10.0.2.15/24 dev "$1"
	ip link set "$1" up
	ping -c 3 -i 0.2 -W 5 10.0.2.2 || fail 'no answer from the gateway'
	ip link set "$1" down
}
net_name() { ls -d "$1"/*/net/* | head -n 1; }
