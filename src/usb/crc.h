/* crc.h: the checksums of USB packets (USB 2.0 section 8.3.5): five bits over tokens, sixteen over
 * data. Both are sent inverted behind what they cover, so a packet is right when the remainder over
 * all of it is a constant. */
#ifndef USB_CRC_H
#define USB_CRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether bytes behind a token's PID are right: two of a token or SOF, three of a SPLIT, the CRC5
 * in their last five bits. */
bool crc5_ok(const uint8_t *p, size_t n);
/* Whether data and the two bytes of CRC16 behind it, n >= 2 bytes in all, agree. */
bool crc16_ok(const uint8_t *p, size_t n);

/* The same without the processor's help, for comparing. */
bool crc16_ok_by_table(const uint8_t *p, size_t n);

#endif
