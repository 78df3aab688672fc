# A network adapter with two configurations: CDC Ethernet and RNDIS, pings in both.
# batch: captures
# modules: rndis_host cdc_ether
. /guest.sh

ping_gateway() {
	wait_for 10 'network interface' test -e /sys/class/net/"$1"
	ip address add 10.0.2.15/24 dev "$1"
	ip link set "$1" up
	ping -c 3 -i 0.2 -W 5 10.0.2.2 || fail 'no answer from the gateway'
	ip link set "$1" down
}
net_name() { ls -d "$1"/*/net/* | head -n 1; }

echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
hmp netdev_add user,id=user,restrict=on
capture_start usbmon-ecm.pcapng
plug usb-net,id=net,bus=x.0,netdev=user,mac=02:00:00:00:00:01
wait_for 10 'network adapter' usb_device 'RNDIS/QEMU USB Network Device'
dir=$(usb_device 'RNDIS/QEMU USB Network Device')
wait_for 10 'CDC interface' net_name "$dir"
ping_gateway "$(basename "$(net_name "$dir")")"
capture_stop
capture_start usbmon-rndis.pcapng
echo 2 > "$dir/bConfigurationValue"
wait_for 10 'RNDIS interface' net_name "$dir"
ping_gateway "$(basename "$(net_name "$dir")")"
unplug net
capture_stop
