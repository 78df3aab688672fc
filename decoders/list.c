/* list.c: all decoders. Adding one is a line here. */
#include "decoders/decoder.h"

extern const struct decoder decoder_control;
extern const struct decoder decoder_hid;
extern const struct decoder decoder_msc;
extern const struct decoder decoder_uas;
extern const struct decoder decoder_hub;
extern const struct decoder decoder_urb_function;
extern const struct decoder decoder_ftdi;

const struct decoder *const decoders[] = {
	&decoder_control,
	&decoder_hid,
	&decoder_hub,
	&decoder_urb_function,
	&decoder_msc,
	&decoder_uas,
	&decoder_ftdi,
	NULL,
};
