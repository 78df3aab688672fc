/* observability.c: prints the observability table, a line for each capture kind and aspect: kind,
 * aspect, what is observed; tabs between. */
#include "usb/observability.h"

#include <stdio.h>

int main(void)
{
	for (int k = 0; k < CAPTURE_KINDS; k++)
		for (int a = 0; a < ASPECTS; a++)
			printf("%s\t%s\t%s\n", capture_kind_name((enum capture_kind)k),
				aspect_name((enum aspect)a),
				observed_name(observe((enum capture_kind)k, (enum aspect)a)));
	return 0;
}
