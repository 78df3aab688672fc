/* test_base.c: cursor, hash table, histogram, text building and escaping, output buffer. */
#include "base/cursor.h"
#include "base/hist.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/out.h"
#include "base/text.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* ---- cursor ---------------------------------------------------------------------------- */

static void cursor_reads_both_orders(void **state)
{
	static const uint8_t b[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	struct cursor le = cursor_over(b, sizeof(b), false), be = cursor_over(b, sizeof(b), true);

	(void)state;
	assert_int_equal(cursor_u8(&le), 1);
	assert_int_equal(cursor_u16(&le), 0x0302);
	assert_int_equal(cursor_u32(&le), 0x07060504);
	assert_true(cursor_u64(&le) == 0x0f0e0d0c0b0a0908);
	assert_false(le.over);
	assert_int_equal(cursor_left(&le), 0);
	assert_int_equal(cursor_u8(&be), 1);
	assert_int_equal(cursor_u16(&be), 0x0203);
	assert_int_equal(cursor_u32(&be), 0x04050607);
	assert_true(cursor_u64(&be) == 0x08090a0b0c0d0e0f);
}

static void cursor_past_the_end_is_zero_and_sticks(void **state)
{
	static const uint8_t b[] = {0xff, 0xff, 0xff};

	(void)state;
	for (size_t n = 0; n <= sizeof(b); n++) {
		struct cursor c = cursor_over(b, n, false);

		assert_int_equal(cursor_u32(&c), 0);
		assert_true(c.over);
		assert_int_equal(cursor_left(&c), 0);
		assert_int_equal(cursor_u8(&c), 0);
		assert_null(cursor_take(&c, 1));
		assert_true(c.over);
	}
	{
		struct cursor c = cursor_over(b, 3, false);

		assert_null(cursor_take(&c, SIZE_MAX));
		assert_non_null(cursor_take(&(struct cursor){b, 3, 0, false, false}, 3));
	}
}

/* ---- hash table ------------------------------------------------------------------------- */

struct keys {
	uint64_t key[5000];
};

static bool same_key(const void *owner, uint32_t value, const void *key)
{
	return ((const struct keys *)owner)->key[value - 1] == *(const uint64_t *)key;
}

static struct map_slot *find(struct map *m, struct keys *k, uint64_t key, uint32_t hash)
{
	return map_find(m, hash, same_key, k, &key);
}

/* Against a plain array, with hashes of few bits so that chains are long and wrap around. */
static void map_equals_an_array(void **state)
{
	static struct keys k;
	static bool in[ARRAY_LEN(k.key)];
	struct map m = {0};
	uint64_t seed = 1;
	uint32_t n = 0;

	(void)state;
	for (uint32_t i = 0; i < ARRAY_LEN(k.key); i++)
		k.key[i] = i * 0x9e3779b97f4a7c15u;
	for (int round = 0; round < 200000; round++) {
		uint32_t i, hash;
		struct map_slot *s;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		i = (uint32_t)(seed >> 33) % ARRAY_LEN(k.key);
		hash = map_hash(k.key[i]) % 977 * 0x01000193; /* many equal low bits */
		s = find(&m, &k, k.key[i], hash);
		assert_true(!!s == in[i]);
		if (s) {
			assert_int_equal(s->value, i + 1);
			map_remove(&m, s);
			n--;
		} else {
			map_insert(&m, hash, i + 1);
			n++;
		}
		in[i] = !in[i];
		assert_int_equal(m.n, n);
	}
	map_free(&m);
}

static void map_keeps_equal_keys_apart(void **state)
{
	static struct keys k = {{7, 7, 7, 8}};
	struct map m = {0};
	struct map_slot *s;
	uint64_t key = 7;
	unsigned seen = 0;

	(void)state;
	for (uint32_t v = 1; v <= 4; v++)
		map_insert(&m, 5, v);
	for (s = find(&m, &k, 7, 5); s; s = map_find_next(&m, s, same_key, &k, &key))
		seen |= 1u << s->value;
	assert_int_equal(seen, 1u << 1 | 1u << 2 | 1u << 3);
	assert_null(find(&m, &k, 9, 5));
	map_free(&m);
}

/* ---- histogram ----------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Quantiles against the exact sort, values over many magnitudes. */
static void hist_is_within_its_error(void **state)
{
	enum { N = 20000 };
	static const double q[] = {0, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 1};
	static uint64_t v[N];
	struct hist h = {0}, half[2] = {{0}, {0}};
	uint64_t seed = 42;

	(void)state;
	for (int i = 0; i < N; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		v[i] = seed >> (i % 60);
		hist_add(&h, v[i]);
		hist_add(&half[i & 1], v[i]);
	}
	hist_merge(&half[0], &half[1]);
	qsort(v, N, sizeof(v[0]), by_value);
	for (size_t i = 0; i < ARRAY_LEN(q); i++) {
		size_t rank = (size_t)(q[i] * N + 0.999999);
		uint64_t exact = v[rank ? rank - 1 : 0], got = hist_quantile(&h, q[i]);
		double error = exact ? ((double)got - (double)exact) / (double)exact : 0;

		assert_true(error <= 1.0 / 256 && error >= -1.0 / 256);
		assert_true(hist_quantile(&half[0], q[i]) == got);
	}
	assert_true(h.min == v[0] && h.max == v[N - 1] && h.n == N);
	hist_free(&h);
	hist_free(&half[0]);
	hist_free(&half[1]);
	assert_true(h.n == 0 && hist_quantile(&h, 0.5) == 0);
}

static void hist_is_exact_for_small_values_and_takes_all(void **state)
{
	struct hist h = {0};

	(void)state;
	for (uint64_t v = 0; v < 256; v++)
		hist_add(&h, v);
	assert_true(hist_quantile(&h, 0.5) == 127);
	hist_add(&h, UINT64_MAX);
	assert_true(hist_quantile(&h, 1) == UINT64_MAX);
	assert_true(hist_quantile(&h, 0) == 0);
	hist_free(&h);
}

/* ---- text ------------------------------------------------------------------------------------ */

static void numbers_are_formatted(void **state)
{
	static const struct {
		int64_t ns;
		int decimals;
		const char *seconds, *duration;
	} t[] = {
		{0, 9, "0.000000000", "0 ns"},
		{1, 6, "0.000000", "1 ns"},
		{999, 9, "0.000000999", "999 ns"},
		{1000, 6, "0.000001", "1.00 us"},
		{123456, 6, "0.000123", "123 us"},
		{-1500000000, 3, "-1.500", "-1.50 s"},
		{99900000, 0, "0", "99.9 ms"},
		{27540000000000, 1, "27540.0", "27540 s"},
		{383956000, 6, "0.383956", "384 ms"},
		{9994999, 6, "0.009994", "9.99 ms"},
		{9995000, 6, "0.009995", "10.0 ms"},
		{99949, 6, "0.000099", "99.9 us"},
		{99950, 6, "0.000099", "100 us"},
		{999499, 6, "0.000999", "999 us"},
		{999500, 6, "0.000999", "1.00 ms"},
		{999999999, 9, "0.999999999", "1.00 s"},
		{999500000000, 0, "999", "1000 s"},
		{INT64_MAX, 0, "9223372036", "9223372037 s"},
		{INT64_MIN, 0, "-9223372036", "-9223372037 s"},
	};
	char d[FMT_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		d[fmt_seconds(d, t[i].ns, t[i].decimals)] = 0;
		assert_string_equal(d, t[i].seconds);
		d[fmt_duration(d, t[i].ns, true)] = 0;
		assert_string_equal(d, t[i].duration);
	}
	d[fmt_i64(d, INT64_MIN)] = 0;
	assert_string_equal(d, "-9223372036854775808");
	d[fmt_u64(d, UINT64_MAX)] = 0;
	assert_string_equal(d, "18446744073709551615");
	d[fmt_hex(d, 0, 2)] = 0;
	assert_string_equal(d, "0x00");
	d[fmt_hex(d, UINT64_MAX, 1)] = 0;
	assert_string_equal(d, "0xffffffffffffffff");
}

static void untrusted_text_is_harmless(void **state)
{
	static const struct {
		const char *in, *out;
	} t[] = {
		{"plain \xc3\xa4", "plain \xc3\xa4"},
		{"\x1b[2J", "\\x1b[2J"},
		{"a\\b", "a\\b"},
		{"\\\\.\\USBPcap1\\", "\\\\.\\USBPcap1\\"},
		{"\\x1b", "\\\\x1b"},	       /* these four bytes, not an ESC */
		{"\\\x1b", "\\\\\\x1b"},       /* a backslash and an ESC */
		{"\\\\\xff", "\\\\\\\\\\xff"}, /* two of them and a wrong byte */
		{"\\xg1\\x1", "\\xg1\\x1"},
		{"\xc2\x9b", "\\xc2\\x9b"},		      /* C1 control */
		{"\xe2\x80\xae", "\\xe2\\x80\\xae"},	      /* right-to-left override */
		{"\xff\xc3", "\\xff\\xc3"},		      /* no UTF-8 */
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},	      /* surrogate */
		{"\xc0\xaf", "\\xc0\\xaf"},		      /* overlong */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* above U+10FFFF */
		{"\n\t\x7f", "\\x0a\\x09\\x7f"},
	};
	char mem[64];
	struct text x;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		text_init(&x, mem, sizeof(mem));
		text_untrusted(&x, t[i].in, (size_t)-1);
		assert_string_equal(mem, t[i].out);
	}
}

static void text_never_leaves_half_a_character(void **state)
{
	char mem[5];
	struct text t;

	(void)state;
	text_init(&t, mem, sizeof(mem));
	text_str(&t, "abc\xc3\xa4");
	assert_string_equal(mem, "abc");
	assert_true(t.cut);
	assert_int_equal(text_columns("\xc3\xa4\xe4\xb8\xad", (size_t)-1), 3);
	assert_int_equal(text_prefix("\xc3\xa4\xe4\xb8\xad", 2), 2);
}

/* ---- output ------------------------------------------------------------------------- */

static void output_survives_a_closed_pipe(void **state)
{
	struct out o;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	close(fd[0]);
	out_init(&o, fd[1]);
	for (int i = 0; i < 100000; i++)
		out_str(&o, "line\n");
	out_flush(&o);
	assert_true(o.closed);
	assert_int_equal(out_close(&o), 0);
	close(fd[1]);
}

static void output_remembers_a_failed_write(void **state)
{
	struct out o;

	(void)state;
	out_init(&o, STDIN_FILENO + 1000); /* no such file descriptor */
	out_pad(&o, 'x', 3 * OUT_BLOCK);
	assert_int_not_equal(out_close(&o), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cursor_reads_both_orders),
		cmocka_unit_test(cursor_past_the_end_is_zero_and_sticks),
		cmocka_unit_test(map_equals_an_array),
		cmocka_unit_test(map_keeps_equal_keys_apart),
		cmocka_unit_test(hist_is_within_its_error),
		cmocka_unit_test(hist_is_exact_for_small_values_and_takes_all),
		cmocka_unit_test(numbers_are_formatted),
		cmocka_unit_test(untrusted_text_is_harmless),
		cmocka_unit_test(text_never_leaves_half_a_character),
		cmocka_unit_test(output_survives_a_closed_pipe),
		cmocka_unit_test(output_remembers_a_failed_write),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
