/* output.c: choice of the renderer. */
#include "output/output.h"
#include "output/render.h"

struct emit *output_new(struct out *o, const struct output_opts *opts)
{
	static struct emit *(*const make[])(struct out *, const struct output_opts *) = {
		[OUTPUT_TEXT] = plain_new,
		[OUTPUT_JSON] = json_new,
		[OUTPUT_CSV] = csv_new,
	};

	return make[opts->format](o, opts);
}

void output_free(struct emit *e)
{
	if (e)
		((struct renderer *)e)->finish(e);
}
