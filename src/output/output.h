/* output.h: renderers of the emit vocabulary. They know no USB. */
#ifndef OUTPUT_OUTPUT_H
#define OUTPUT_OUTPUT_H

#include "base/emit.h"
#include "base/out.h"

enum output_format { OUTPUT_TEXT, OUTPUT_JSON, OUTPUT_CSV };

struct output_opts {
	enum output_format format;
	bool color;	  /* text: ANSI colours by tone */
	bool ascii;	  /* text: no characters beyond ASCII of our own (µ, →, ~ stays) */
	unsigned columns; /* text: terminal width, lines are cut to it; 0: no limit */
};

/* An emit that writes to o (not owned, must outlive it). */
struct emit *output_new(struct out *o, const struct output_opts *opts);
/* Ends the document and frees; the caller flushes o. */
void output_free(struct emit *e);

#endif
