# A network adapter with two configurations: CDC Ethernet and RNDIS, pings in both.
# batch: captures
# modules: rndis_host cdc_ether
. /guest.sh

echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
hmp netdev_add user,id=user,restrict=on
capture_start xhci usbmon-ecm.pcapng
plug usb-net,id=net,bus=x.0,netdev=user,mac=02:00:00:00:00:01
wait_for 10 'network adapter' usb_device 'RNDIS/QEMU USB Network Device'
dir=$(usb_device 'RNDIS/QEMU USB Network Device')
wait_for 10 'CDC interface' net_name "$dir"
ping_gateway "$(basename "$(net_name "$dir")")"
capture_stop
capture_start xhci usbmon-rndis.pcapng
echo 2 > "$dir/bConfigurationValue"
wait_for 10 'RNDIS interface' net_name "$dir"
ping_gateway "$(basename "$(net_name "$dir")")"
unplug net
capture_stop
