# Functions for scenarios that run inside the test machine; sourced by them.

# say TEXT: a line of the console log.
say() { echo "scenario: $*"; }

# fail TEXT: ends the scenario.
fail() { say "FAILED: $*"; exit 1; }

# wait_for SECONDS WHAT COMMAND...: returns as soon as COMMAND succeeds, fails after the limit.
wait_for() {
	limit=$(($1 * 20)) what=$2
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
qmp_answers() { grep -c '"return"\|"error"' monitor.log; }
qmp_answered() { [ "$(qmp_answers)" -gt "$1" ]; }
qmp() {
	before=$(qmp_answers)
	echo "$1" >&3
	wait_for 10 "answer to $1" qmp_answered "$before"
	if tail -n 1 monitor.log | grep -q '"error"'; then
		fail "$1: $(tail -n 1 monitor.log)"
	fi
}

# hmp LINE: a line of QEMU's human monitor, e.g. `hmp sendkey a`. What it says ends the scenario,
# since these commands say something only when they fail.
hmp() {
	qmp "{\"execute\":\"human-monitor-command\",\"arguments\":{\"command-line\":\"$*\"}}"
	grep '"return"' monitor.log | tail -n 1 | grep -q '"return": ""' ||
		fail "$*: $(grep '"return"' monitor.log | tail -n 1)"
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
