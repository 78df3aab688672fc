#!/bin/sh
# reader.sh: the capture reader against libpcap (record by record) and tshark (last frame number) on
# every pcap and pcapng of a directory. usage: reader.sh READER_RECORDS LIBPCAP_RECORDS DIR
# Deliberate differences: libpcap leaves out custom blocks, so numbers and those are not compared; it
# turns the usbmon headers of big-endian files round, so these are compared without the bytes; files
# in which libpcap or tshark stop are compared as far as they came.
set -u
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
bad=0

fail()
{
	echo "FAIL $*"
	bad=1
}

for f in "$3"/*.pcap "$3"/*.pcapng "$3"/*.cap "$3"/*.ntar "$3"/*.gz; do
	[ -f "$f" ] || continue
	"$1" "$f" >"$tmp/ours" 2>"$tmp/said"
	"$1" "$f" 4096 2>/dev/null | cmp -s - "$tmp/ours" || fail "block size: $f"
	{ gzip -dc "$f" 2>/dev/null || cat "$f"; } >"$tmp/plain"
	"$2" "$tmp/plain" >"$tmp/theirs" 2>>"$tmp/said"
	fields=2-6
	case $(od -An -tx1 -N4 "$tmp/plain") in *"a1 b2 c3 d4") fields=2-5 ;; esac
	awk '$3 < 65536' "$tmp/ours" | head -n "$(wc -l <"$tmp/theirs")" |
		cut -d' ' -f$fields >"$tmp/a"
	cut -d' ' -f$fields "$tmp/theirs" | cmp -s - "$tmp/a" || fail "libpcap: $f"
	tshark -r "$f" -T fields -e frame.number >"$tmp/frames" 2>/dev/null
	stopped=$?
	ours=$(wc -l <"$tmp/ours")
	frames=$(tail -n 1 "$tmp/frames")
	[ "${frames:-0}" -eq "$ours" ] || { [ $stopped -ne 0 ] && [ "${frames:-0}" -lt "$ours" ]; } ||
		fail "tshark: $f"
	echo "${f##*/}: records $ours, libpcap $(wc -l <"$tmp/theirs"), tshark ${frames:-0}" \
		"(exit $stopped) $(tr '\n' ' ' <"$tmp/said")"
done
exit $bad
