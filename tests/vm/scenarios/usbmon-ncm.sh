# A network adapter of class CDC-NCM: notifications, NTB parameters, pings in transfer blocks.
# batch: captures
# modules: cdc_ncm
# later: dummy_hcd libcomposite usb_f_ncm configfs
. /guest.sh

gadget_controller high
capture_start dummy usbmon-ncm.pcapng
gadget_begin 0x1209 0x0002 'Network Adapter'
gadget_function ncm.0 dev_addr=02:00:00:00:00:02 host_addr=02:00:00:00:00:03
gadget_bind
ping_gadget ncm.0
gadget_remove
capture_stop
