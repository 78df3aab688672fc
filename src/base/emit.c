/* emit.c: names of the emit vocabulary. */
#include "base/emit.h"

const char *verdict_name(enum verdict v)
{
	static const char *const name[] = {
		[VERDICT_SNAPPED] = "snapped",
		[VERDICT_SHORT] = "short",
		[VERDICT_INVALID] = "invalid",
		[VERDICT_ABSENT] = "absent",
		[VERDICT_NOT_KEPT] = "not kept",
	};

	return name[v];
}
