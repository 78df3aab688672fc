/* play: plays a square wave on an OSS device, for the scenarios.
 *
 *	play DEVICE RATE CHANNELS MILLISECONDS
 *
 * 16 bits per sample. Ends with 1 and a message when the device does not take the data. */
#include <errno.h>
#include <fcntl.h>
#include <linux/soundcard.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HALF_WAVE 48
#define LEVEL	  4096

static int set(int fd, unsigned long request, int value)
{
	int got = value;

	return ioctl(fd, request, &got) || got != value;
}

static int play(int fd, long frames, int channels)
{
	int16_t frame[16];

	for (long n = 0; n < frames; n++) {
		for (int c = 0; c < channels; c++)
			frame[c] = n / HALF_WAVE % 2 ? LEVEL : -LEVEL;
		if (write(fd, frame, 2 * (size_t)channels) < 0)
			return -1;
	}
	return ioctl(fd, SNDCTL_DSP_SYNC, NULL);
}

int main(int argc, char **argv)
{
	int fd = argc == 5 ? open(argv[1], O_WRONLY) : -1;
	int rate = fd < 0 ? 0 : atoi(argv[2]), channels = fd < 0 ? 0 : atoi(argv[3]);

	if (fd < 0 || channels < 1 || channels > 16) {
		fprintf(stderr, "usage: play DEVICE RATE CHANNELS MILLISECONDS: %s\n",
			strerror(errno));
		return 2;
	}
	if (set(fd, SNDCTL_DSP_SETFMT, AFMT_S16_LE) || set(fd, SNDCTL_DSP_CHANNELS, channels) ||
		set(fd, SNDCTL_DSP_SPEED, rate)) {
		fprintf(stderr, "play: %s refuses the format\n", argv[1]);
		return 2;
	}
	if (play(fd, (long)rate * atol(argv[4]) / 1000, channels)) {
		fprintf(stderr, "play: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
