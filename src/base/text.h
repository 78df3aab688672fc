/* text.h: building text without stdio: a fixed-size builder (`struct text`), number formatting by
 * hand, and the escaping that keeps bytes from devices and files away from terminals. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text of at most cap - 1 bytes in the caller's memory, always terminated. What does not fit is
 * dropped, `cut` says so. Never allocates, never fails. */
struct text {
	char *s;
	size_t len, cap;
	bool cut;
};

void text_init(struct text *t, char *mem, size_t cap);
void text_char(struct text *t, char c);
void text_str(struct text *t, const char *s);
void text_mem(struct text *t, const char *s, size_t n);
/* Takes back what was appended since the text had `len` bytes. */
void text_take_back(struct text *t, size_t len);
void text_u64(struct text *t, uint64_t v);
void text_i64(struct text *t, int64_t v);
/* v with a comma between thousands: "1,803". */
void text_count(struct text *t, uint64_t v);
/* v as 0x…, zero-padded to at least `digits` hexadecimal digits. */
void text_hex(struct text *t, uint64_t v, int digits);
/* printf for cold paths. */
void text_printf(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Text of unknown origin, n bytes or up to NUL when n is (size_t)-1: control characters (C0, C1,
 * DEL), bidirectional overrides and invalid UTF-8 become \xNN. Backslashes are doubled only before
 * such a byte and before text that looks like one, so that \\.\USBPcap1 stays what it is. */
void text_untrusted(struct text *t, const char *s, size_t n);

/* Length of the valid UTF-8 sequence at s (n > 0 bytes left), its code point in *cp; 0 if invalid:
 * overlong, surrogate, above U+10FFFF or incomplete (Unicode 15, table 3-7). */
size_t text_utf8(const char *s, size_t n, uint32_t *cp);
/* Control characters and those that reorder or hide text (Unicode bidirectional controls, zero
 * width characters, line separators, byte order mark). */
bool text_dangerous(uint32_t cp);

/* Number of terminal columns of the UTF-8 text s (n bytes or to NUL when n is (size_t)-1); bytes
 * that are not UTF-8 count one each. No control characters expected. */
size_t text_columns(const char *s, size_t n);
/* Length in bytes of the longest prefix of s (NUL-terminated) that needs at most `columns`. */
size_t text_prefix(const char *s, size_t columns);

/* Longest output of the fmt_ functions below, without terminator. */
enum { FMT_MAX = 32 };

/* These write digits to dst (at least FMT_MAX bytes, not terminated) and return how many. */
size_t fmt_u64(char *dst, uint64_t v);
size_t fmt_count(char *dst, uint64_t v);
size_t fmt_i64(char *dst, int64_t v);
size_t fmt_hex(char *dst, uint64_t v, int digits);
/* Nanoseconds as seconds with `decimals` (0–9) decimals, truncated towards zero: -1.000000001. */
size_t fmt_seconds(char *dst, int64_t ns, int decimals);
/* A duration rounded to three significant digits, or whole seconds, with its unit: "125 µs",
 * "1.02 ms", "3.40 s"; ASCII "us" for µ when ascii. Returns bytes (µ is two). */
size_t fmt_duration(char *dst, int64_t ns, bool ascii);

#endif
