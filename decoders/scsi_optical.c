/* scsi_optical.c: what optical drives tell: features, events of the medium, tracks (MMC-6). */
#include "decoders/scsi_data.h"
#include "decoders/scsi_rows.h"
#include "base/cursor.h"

/* MMC-6 5.3.1 */
static const struct scsi_name profiles[] = {{0, "none"}, {1, "fixed disk"}, {2, "removable disk"},
	{3, "magneto-optical"}, {4, "optical write-once"}, {5, "AS-MO"}, {8, "CD-ROM"}, {9, "CD-R"},
	{0xa, "CD-RW"}, {0x10, "DVD-ROM"}, {0x11, "DVD-R"}, {0x12, "DVD-RAM"},
	{0x13, "DVD-RW, restricted overwrite"}, {0x14, "DVD-RW, sequential"},
	{0x15, "DVD-R DL, sequential"}, {0x16, "DVD-R DL, layer jump"}, {0x17, "DVD-RW DL"},
	{0x18, "DVD download"}, {0x1a, "DVD+RW"}, {0x1b, "DVD+R"}, {0x20, "DDCD-ROM"},
	{0x21, "DDCD-R"}, {0x22, "DDCD-RW"}, {0x2a, "DVD+RW DL"}, {0x2b, "DVD+R DL"},
	{0x40, "BD-ROM"}, {0x41, "BD-R, sequential"}, {0x42, "BD-R, random"}, {0x43, "BD-RE"},
	{0x50, "HD DVD-ROM"}, {0x51, "HD DVD-R"}, {0x52, "HD DVD-RAM"}, {0x53, "HD DVD-RW"},
	{0x58, "HD DVD-R DL"}, {0x5a, "HD DVD-RW DL"}, {0xffff, "not standard"}, {0, NULL}};
/* MMC-6 5.3 */
static const struct scsi_name features[] = {{0, "profile list"}, {1, "core"}, {2, "morphing"},
	{3, "removable medium"}, {4, "write protect"}, {0x10, "random readable"},
	{0x1d, "multi-read"}, {0x1e, "CD read"}, {0x1f, "DVD read"}, {0x20, "random writable"},
	{0x21, "incremental streaming writable"}, {0x22, "sector erasable"}, {0x23, "formattable"},
	{0x24, "defect management"}, {0x25, "write once"}, {0x26, "restricted overwrite"},
	{0x27, "CD-RW CAV write"}, {0x28, "MRW"}, {0x29, "enhanced defect reporting"},
	{0x2a, "DVD+RW"}, {0x2b, "DVD+R"}, {0x2c, "rigid restricted overwrite"},
	{0x2d, "CD track at once"}, {0x2e, "CD mastering"}, {0x2f, "DVD-R/-RW write"},
	{0x30, "DDCD read"}, {0x31, "DDCD-R write"}, {0x32, "DDCD-RW write"},
	{0x33, "layer jump recording"}, {0x37, "CD-RW media write"}, {0x38, "BD-R overwrite"},
	{0x3a, "DVD+RW DL"}, {0x3b, "DVD+R DL"}, {0x40, "BD read"}, {0x41, "BD write"},
	{0x50, "HD DVD read"}, {0x51, "HD DVD write"}, {0x80, "hybrid disc"},
	{0x100, "power management"}, {0x101, "SMART"}, {0x102, "embedded changer"},
	{0x103, "CD audio external play"}, {0x104, "microcode upgrade"}, {0x105, "time-out"},
	{0x106, "DVD CSS"}, {0x107, "real time streaming"}, {0x108, "drive serial number"},
	{0x109, "media serial number"}, {0x10a, "disc control blocks"}, {0x10b, "DVD CPRM"},
	{0x10c, "firmware information"}, {0x10d, "AACS"}, {0x10e, "CSS managed recording"},
	{0x110, "VCPS"}, {0x113, "SecurDisc"}, {0, NULL}};
static const struct scsi_field configuration_header[] = {
	NUM("data_length", 0, 4), NUM_OF("current_profile", 6, 2, profiles), END};
static const struct scsi_field feature[] = {{"feature", 0, 2, 0, 0, SCSI_UINT, SHOW_HEX4, features},
	BITS("version", 2, 2, 4), BITS("persistent", 2, 1, 1), BITS("current", 2, 0, 1),
	NUM("additional_length", 3, 1), END};

void scsi_emit_configuration(const struct scsi_job *j, struct emit *e)
{
	const struct scsi_bytes *b = &j->b;
	uint32_t at = 8;

	scsi_rows(e, configuration_header, b);
	for (unsigned i = 0; i < SCSI_ITEMS && at + 4 <= b->len; i++) {
		struct scsi_bytes item = scsi_part(b, at, b->p[at + 3] + 4u);

		scsi_emit_part(e, "feature", feature, &item, scsi_lookup(features, be16(item.p)));
		at += b->p[at + 3] + 4u;
	}
}

void scsi_say_configuration(const struct scsi_job *j, struct text *t)
{
	const char *name;

	if (j->b.len < 8)
		return;
	name = scsi_lookup(profiles, be16(j->b.p + 6));
	text_str(t, "profile ");
	if (name)
		text_str(t, name);
	else
		text_hex(t, be16(j->b.p + 6), 4);
}

static const struct scsi_name event_classes[] = {{0, "none"}, {1, "operational change"},
	{2, "power management"}, {3, "external request"}, {4, "media"}, {5, "multiple hosts"},
	{6, "device busy"}, {0, NULL}};
static const struct scsi_name media_events[] = {{0, "no change"}, {1, "eject requested"},
	{2, "new medium"}, {3, "medium removed"}, {4, "medium changed"},
	{5, "background format completed"}, {6, "background format restarted"}, {0, NULL}};
static const struct scsi_field event_header[] = {NUM("data_length", 0, 2), BITS("nea", 2, 7, 1),
	BITS_OF("class", 2, 0, 3, event_classes), HEX("supported_classes", 3, NULL), END};
static const struct scsi_field media_event[] = {BITS_OF("event", 4, 0, 4, media_events),
	BITS("medium_present", 5, 1, 1), BITS("tray_open", 5, 0, 1), END};
static const struct scsi_field other_event[] = {
	BITS("event", 4, 0, 4), HEX("event_status", 5, NULL), END};

enum { CLASS_MEDIA = 4 };

static bool is_media_event(const struct scsi_bytes *b)
{
	return b->len >= 6 && (b->p[2] & 0x87) == CLASS_MEDIA;
}

void scsi_emit_event(const struct scsi_job *j, struct emit *e)
{
	scsi_rows(e, event_header, &j->b);
	scsi_rows(e, is_media_event(&j->b) ? media_event : other_event, &j->b);
}

void scsi_say_event(const struct scsi_job *j, struct text *t)
{
	const char *event;

	if (!is_media_event(&j->b))
		return;
	event = scsi_lookup(media_events, j->b.p[4] & 15);
	text_str(t, "media: ");
	text_str(t, event ? event : "reserved event");
	text_str(t, j->b.p[5] & 2 ? ", medium present" : ", no medium");
	text_str(t, j->b.p[5] & 1 ? ", tray open" : "");
}

/* READ TOC: MMC-6 6.25. An address is a block or, where the command asks for it, minute, second and
 * frame. */
static const struct scsi_field toc_header[] = {
	NUM("toc_length", 0, 2), NUM("first_track", 2, 1), NUM("last_track", 3, 1), END};
static const struct scsi_field session_header[] = {
	NUM("toc_length", 0, 2), NUM("first_session", 2, 1), NUM("last_session", 3, 1), END};
static const struct scsi_field toc_track[] = {BITS("adr", 1, 4, 4), BITS("control", 1, 0, 4),
	NUM("track", 2, 1), COUNT("start", 4, 4), END};
static const struct scsi_field toc_track_msf[] = {BITS("adr", 1, 4, 4), BITS("control", 1, 0, 4),
	NUM("track", 2, 1), NUM("minute", 5, 1), NUM("second", 6, 1), NUM("frame", 7, 1), END};

enum { MSF = 2 }; /* byte 1 of the CDB */

void scsi_emit_toc(const struct scsi_job *j, struct emit *e)
{
	uint8_t format = scsi_toc_format(j->c->b);

	scsi_rows(e, format == SCSI_TOC_SESSION ? session_header : toc_header, &j->b);
	if (format == SCSI_TOC_TRACKS || format == SCSI_TOC_SESSION)
		scsi_emit_list(e, &j->b, "track", 4, 2 + scsi_number_at(&j->b, 0, 2), 8,
			j->c->b[1] & MSF ? toc_track_msf : toc_track);
}

void scsi_say_toc(const struct scsi_job *j, struct text *t)
{
	uint8_t format = scsi_toc_format(j->c->b);

	if (j->b.len < 4 || (format != SCSI_TOC_TRACKS && format != SCSI_TOC_SESSION))
		return;
	text_str(t, format == SCSI_TOC_SESSION ? "sessions " : "tracks ");
	text_u64(t, j->b.p[2]);
	text_str(t, " to ");
	text_u64(t, j->b.p[3]);
}

/* READ DISC INFORMATION: MMC-6 6.21. */
static const struct scsi_name disc_states[] = {
	{0, "empty"}, {1, "incomplete"}, {2, "complete"}, {3, "other"}, {0, NULL}};
static const struct scsi_name session_states[] = {
	{0, "empty"}, {1, "incomplete"}, {2, "damaged"}, {3, "complete"}, {0, NULL}};
static const struct scsi_name format_states[] = {
	{0, "none"}, {1, "begun, not running"}, {2, "running"}, {3, "completed"}, {0, NULL}};
static const struct scsi_field disc[] = {NUM("disc_information_length", 0, 2),
	BITS("data_type", 2, 5, 3), BITS("erasable", 2, 4, 1),
	BITS_OF("last_session", 2, 2, 2, session_states),
	BITS_OF("disc_status", 2, 0, 2, disc_states), NUM("first_track", 3, 1),
	NUM("sessions", 4, 1), NUM("last_session_first_track", 5, 1), NUM("last_track", 6, 1),
	BITS_OF("background_format", 7, 0, 2, format_states), HEX("disc_type", 8, NULL), END};

void scsi_emit_disc(const struct scsi_job *j, struct emit *e)
{
	if (!(j->c->b[1] & 7)) /* the other data types are of resources */
		scsi_emit_part(e, "disc", disc, &j->b, NULL);
}

void scsi_say_disc(const struct scsi_job *j, struct text *t)
{
	if (j->b.len < 8 || j->c->b[1] & 7)
		return;
	text_str(t, scsi_lookup(disc_states, j->b.p[2] & 3));
	text_str(t, " disc");
	text_str(t, j->b.p[2] & 16 ? ", erasable" : "");
}
