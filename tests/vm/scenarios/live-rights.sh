# Who may capture, what they are told when they may not, and what is left of root afterwards.
# batch: live-2
. /guest.sh

# refused NAME COMMAND...: keeps message and exit status.
refused() {
	name=$1
	shift
	"$@" > "$name.out" 2> "$name.err"
	echo $? > "$name.exit"
}
# One who may not; the file is one that could be written.
refused nobody su -s /bin/sh nobody -c 'urbscope capture -i usbmon0 -w /tmp/nobody.pcapng'
[ ! -e /tmp/nobody.pcapng ] || echo left > nobody.left
modprobe -r usbmon
refused no-usbmon urbscope capture -i usbmon0 -w none.pcapng
modprobe usbmon
refused no-bus urbscope capture -i usbmon99 -w none.pcapng

capture_start all root.pcapng
cat /proc/$capture/status > root.status
capture_stop
stat -c %u:%g root.pcapng > root.owner
mkdir -p /tmp/home
chown 1000:1000 /tmp/home
export SUDO_UID=1000 SUDO_GID=1000 SUDO_USER=user
capture_start all /tmp/home/sudo.pcapng
cat /proc/$capture/status > sudo.status
capture_stop
stat -c %u:%g /tmp/home/sudo.pcapng > sudo.owner
