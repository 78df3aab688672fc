/* ops.h: what the decoders' fuzzer plays: a device with one function and transfers on it, as bytes.
 *
 *     u16 length, bytes        a descriptor of the interface (HID: the report descriptor)
 *     then for each transfer:
 *     u8 kind                  bits 0–2: enum op_kind; 3: it failed; 4: cut by the capture; 5:
 * short 8 bytes                  control: the setup u16 length, bytes        its data
 *
 * Numbers are little-endian. What is cut short ends the input. */
#ifndef TESTS_FUZZ_OPS_H
#define TESTS_FUZZ_OPS_H

enum op_kind {
	OP_CONTROL,
	OP_BULK_OUT,
	OP_BULK_IN,
	OP_INTERRUPT_IN,
	OP_INTERRUPT_OUT,
	OP_BULK_OUT_2,
	OP_BULK_IN_2,
	OP_PENDING,
	OP_KINDS
};
enum { OP_FAILED = 1 << 3, OP_SNAPPED = 1 << 4, OP_SHORT = 1 << 5 };
enum { OPS_MAX = 48, OP_DATA_MAX = 4096 };

#endif
