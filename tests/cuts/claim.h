/* claim.h: what must hold; where it did not, the program that includes this says. */
#ifndef TESTS_CUTS_CLAIM_H
#define TESTS_CUTS_CLAIM_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Writes to standard error what the program was at. */
void say_where(void);

/* Provided by the sanitizers' run-time alone. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

static inline void claim(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "broken: %s: ", what);
	say_where();
	exit(1);
}

#endif
