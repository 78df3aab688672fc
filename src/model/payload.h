/* payload.h: a bounded pool for the data of transfers that are still open: the first 64 KiB of
 * each, 16 MiB in all. What does not fit is not kept, and the transfer says so. */
#ifndef MODEL_PAYLOAD_H
#define MODEL_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

enum { PAYLOAD_CLASSES = 6, PAYLOAD_EACH = 64 * 1024, PAYLOAD_ALL = 16 * 1024 * 1024 };

struct payload_pool {
	struct payload_class {
		uint8_t **slab;
		size_t slabs, cap;
		uint32_t free; /* head of the list of free cells, 0: none */
	} class[PAYLOAD_CLASSES];
	size_t used; /* bytes of all slabs */
};

/* Keeps at most PAYLOAD_EACH bytes of data. Returns a handle, 0 if nothing was kept; *kept is how
 * many bytes were. */
uint32_t payload_keep(struct payload_pool *p, const uint8_t *data, uint32_t n, uint32_t *kept);
/* Puts n more bytes behind the *kept ones of *handle (0: none yet), as far as they fit. */
void payload_append(
	struct payload_pool *p, uint32_t *handle, uint32_t *kept, const uint8_t *data, uint32_t n);
const uint8_t *payload_data(const struct payload_pool *p, uint32_t handle);
void payload_drop(struct payload_pool *p, uint32_t handle);
void payload_free(struct payload_pool *p);

#endif
