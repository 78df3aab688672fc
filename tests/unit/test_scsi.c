/* test_scsi.c: SCSI commands, their data and sense data, by hand-computed bytes; the command table
 * against itself. */
#include "tests/unit/storage_test.h"

#include "usb/usb.h"

static struct scsi_cdb cdb_of(const char *bytes, uint8_t dir)
{
	struct scsi_cdb c = {.dir = dir};

	c.len = (uint8_t)hex(bytes, c.b);
	return c;
}

static struct scsi_bytes bytes_of(const uint8_t *p, uint32_t n)
{
	return (struct scsi_bytes){p, 0, n, n, false};
}

/* ---- the table ------------------------------------------------------------------------------- */

static void check_place(const struct scsi_command *k, const char *key, struct scsi_place p)
{
	for (const struct scsi_field *f = k->fields; f && f->key; f++)
		if (!strcmp(f->key, key)) {
			assert_int_equal(p.off, f->off);
			assert_int_equal(p.len, f->len);
		}
}

/* Length of a CDB by its opcode's group (SPC-3 table 18); 0: the group does not tell. */
static unsigned cdb_len(uint8_t opcode)
{
	static const uint8_t of_group[8] = {6, 10, 10, 0, 16, 12, 0, 0};

	return of_group[opcode >> 5];
}

/* Lengths are those of the opcode's group, rows lie within, in order, and do not overlap; what the
 * info line takes is where the fields are. */
static void check_command(const struct scsi_command *k, uint8_t opcode)
{
	unsigned end = 0;

	assert_non_null(k->section);
	assert_int_equal(k->len, cdb_len(opcode));
	for (const struct scsi_field *f = k->fields; f && f->key; f++) {
		unsigned at =
			f->off * 8u + (f->width && f->len == 1 ? 8u - f->shift - f->width : 0);

		if (at < end)
			fail_msg("%s: %s overlaps", k->name, f->key);
		end = f->off * 8u + (f->len == 1 && f->width ? 8u - f->shift : f->len * 8u);
		assert_in_range(end, 1, k->len * 8u);
		if (k->blocks.len && strcmp(f->key, "lba") == 0)
			check_place(k, "lba", k->lba);
	}
	check_place(k, "blocks", k->blocks.len ? k->blocks : (struct scsi_place){13, 1});
	check_place(k, "allocation_length",
		k->allocation.len ? k->allocation : (struct scsi_place){6, 4});
	check_place(k, "parameter_list_length", k->allocation);
}

static void table(void **state)
{
	unsigned known = 0;

	(void)state;
	for (unsigned opcode = 0; opcode < 256; opcode++)
		for (unsigned action = 0; action < 32; action++) {
			struct scsi_cdb c = {{(uint8_t)opcode, (uint8_t)action}, 16, SCSI_IN};
			const struct scsi_command *k = scsi_command(&c);

			if (!k)
				continue;
			check_command(k, (uint8_t)opcode);
			known++;
		}
	assert_true(known > 60 * 32);
	assert_null(scsi_command(&(struct scsi_cdb){.len = 0}));
}

/* Where commands are defined: numbers that were wrong once, or that others cite. */
static void sections(void **state)
{
	static const struct {
		const char *cdb, *section;
	} all[] = {
		{"16 00", "SPC-2 7.22"},
		{"17 00", "SPC-2 7.17"},
		{"56 00", "SPC-2 7.21"},
		{"57 00", "SPC-2 7.16"},
		{"42 00", "SBC-3 5.28"},
		{"48 01", "SBC-3 5.24"},
		{"9e 12", "SBC-3 5.4"},
		{"89 00", "SBC-3 5.2"},
		{"46 00", "MMC-6 6.5"},
		{"4a 00", "MMC-6 6.6"},
		{"be 00", "MMC-6 6.19"},
		{"ad 00", "MMC-6 6.22"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct scsi_cdb c = cdb_of(all[i].cdb, SCSI_OUT);

		assert_string_equal(scsi_command(&c)->section, all[i].section);
	}
}

/* ---- commands in words ----------------------------------------------------------------------- */

static void commands(void **state)
{
	static const struct {
		const char *cdb;
		uint8_t dir;
		const char *said;
	} all[] = {
		{"00 00 00 00 00 00", SCSI_NO_DATA, "TEST UNIT READY"},
		{"08 1f ff ff 00 00", SCSI_IN, "READ(6) LBA 2,097,151, 256 blocks"},
		{"08 e0 00 00 01 00", SCSI_IN, "READ(6) LBA 0, 1 block"},
		{"28 00 ff ff ff ff 00 ff ff 00", SCSI_IN,
			"READ(10) LBA 4,294,967,295, 65,535 blocks"},
		{"28 00 00 00", SCSI_IN, "READ(10)"},
		{"a8 00 00 00 00 01 00 01 00 00 00 00", SCSI_IN, "READ(12) LBA 1, 65,536 blocks"},
		{"8a 00 ff ff ff ff ff ff ff ff 00 00 00 02 00 00", SCSI_OUT,
			"WRITE(16) LBA 18,446,744,073,709,551,615, 2 blocks"},
		{"2f 00 00 00 00 10 00 00 08 00", SCSI_NO_DATA, "VERIFY(10) LBA 16, 8 blocks"},
		{"35 00 00 00 00 00 00 00 00 00", SCSI_NO_DATA, "SYNCHRONIZE CACHE(10) all blocks"},
		{"35 00 00 00 00 09 00 00 02 00", SCSI_NO_DATA,
			"SYNCHRONIZE CACHE(10) LBA 9, 2 blocks"},
		{"12 00 00 00 24 00", SCSI_IN, "INQUIRY"},
		{"12 01 83 00 ff 00", SCSI_IN, "INQUIRY VPD device identification"},
		{"12 01 c0 00 ff 00", SCSI_IN, "INQUIRY VPD 0xc0"},
		{"1a 00 08 00 c0 00", SCSI_IN, "MODE SENSE(6) caching page"},
		{"1a 00 7f 00 c0 00", SCSI_IN, "MODE SENSE(6) all pages, changeable values"},
		{"5a 00 33 00 00 00 00 00 c0 00", SCSI_IN, "MODE SENSE(10) page 0x33"},
		{"1b 00 00 00 02 00", SCSI_NO_DATA, "START STOP UNIT eject"},
		{"1b 00 00 00 01 00", SCSI_NO_DATA, "START STOP UNIT start"},
		{"1b 00 00 00 30 00", SCSI_NO_DATA, "START STOP UNIT standby"},
		{"1e 00 00 00 01 00", SCSI_NO_DATA, "PREVENT ALLOW MEDIUM REMOVAL prevent"},
		{"9e 10 00 00 00 00 00 00 00 00 00 00 00 20 00 00", SCSI_IN, "READ CAPACITY(16)"},
		{"9e 1e 00 00 00 00 00 00 00 00 00 00 00 20 00 00", SCSI_IN,
			"unknown command 0x9e"},
		{"42 00 00 00 00 00 00 00 18 00", SCSI_OUT, "UNMAP"},
		{"42 00 00 00 00 00 00 00 18 00", SCSI_IN, "READ SUB-CHANNEL"},
		{"85 08 2e 00 00 00 01 00 00 00 00 00 00 40 ec 00", SCSI_IN,
			"ATA PASS-THROUGH(16) IDENTIFY DEVICE"},
		{"a1 06 20 00 00 00 00 00 00 e5 00 00", SCSI_NO_DATA,
			"ATA PASS-THROUGH(12) CHECK POWER MODE"},
		{"5e 00 00 00 00 00 00 00 08 00", SCSI_IN, "PERSISTENT RESERVE IN READ KEYS"},
		{"5f 03 00 00 00 00 00 00 18 00", SCSI_OUT, "PERSISTENT RESERVE OUT CLEAR"},
		{"4d 00 4d 00 00 00 00 00 08 00", SCSI_IN, "LOG SENSE temperature page"},
		{"43 00 04 00 00 00 00 00 08 00", SCSI_IN, "READ TOC/PMA/ATIP ATIP"},
		{"43 00 00 00 00 00 00 00 0c 40", SCSI_IN, "READ TOC/PMA/ATIP session information"},
		/* 0 blocks: the rest of the medium to some (SBC-2 5.3, 5.18, 5.35), none to others
		 */
		{"35 00 00 00 00 09 00 00 00 00", SCSI_NO_DATA,
			"SYNCHRONIZE CACHE(10) LBA 9 to the end"},
		{"34 00 00 00 00 00 00 00 00 00", SCSI_NO_DATA, "PRE-FETCH(10) all blocks"},
		{"41 08 00 00 01 00 00 00 00 00", SCSI_OUT,
			"WRITE SAME(10) unmap LBA 256 to the end"},
		{"93 01 00 00 00 00 00 00 01 00 00 00 00 08 00 00", SCSI_NO_DATA,
			"WRITE SAME(16) LBA 256, 8 blocks"},
		{"45 00 00 00 00 00 00 00 00 00", SCSI_NO_DATA, "PLAY AUDIO(10) LBA 0, 0 blocks"},
		{"2f 00 00 00 00 10 00 00 00 00", SCSI_NO_DATA, "VERIFY(10) LBA 16, 0 blocks"},
		/* SPC and MMC share opcodes */
		{"a1 11 00 00 00 00 00 00 00 00 00 00", SCSI_NO_DATA, "BLANK minimally"},
		{"a1 11 00 00 00 00 00 00 00 00 00 00", SCSI_EITHER, "BLANK minimally"},
		{"a1 08 0e 00 01 00 00 00 00 ec 00 00", SCSI_IN,
			"ATA PASS-THROUGH(12) IDENTIFY DEVICE"},
		{"a3 00 00 00 00 00 00 00 00 10 01 00", SCSI_OUT, "SEND KEY"},
		{"a3 0a 00 00 00 00 00 00 00 10 00 00", SCSI_IN, "REPORT TARGET PORT GROUPS"},
		{"a4 00 00 00 00 00 00 00 00 08 08 00", SCSI_IN, "REPORT KEY"},
		{"a4 0f 00 00 00 00 00 00 00 0c 00 00", SCSI_OUT, "SET TIMESTAMP"},
		{"5b 00 02 00 00 00 00 00 00 00", SCSI_NO_DATA, "CLOSE TRACK SESSION session"},
		{"1b 00 00 00 50 00", SCSI_NO_DATA, "START STOP UNIT sleep"},
		{"1d 20 00 00 00 00", SCSI_OUT, "SEND DIAGNOSTIC background short"},
		{"1d 04 00 00 00 00", SCSI_NO_DATA, "SEND DIAGNOSTIC default self-test"},
		{"3b 05 00 00 00 00 00 10 00 00", SCSI_OUT, "WRITE BUFFER microcode, save"},
		{"3c 03 00 00 00 00 00 00 04 00", SCSI_IN, "READ BUFFER descriptor"},
		{"48 83 00 00 00 00 00 00 00 00", SCSI_NO_DATA, "SANITIZE cryptographic erase"},
		{"a2 ee 00 01 80 00 00 00 00 01 00 00", SCSI_IN, "SECURITY PROTOCOL IN IEEE 1667"},
		{"83 10 00 00 00 00 00 00 00 01 00 00 00 20 00 00", SCSI_OUT, "POPULATE TOKEN"},
		{"95 00 00 00 00 00 00 08 00 00 00 00 10 00 00 00", SCSI_IN,
			"REPORT ZONES LBA 524,288"},
		{"5f 08 00 00 00 00 00 00 18 00", SCSI_OUT,
			"PERSISTENT RESERVE OUT REPLACE LOST RESERVATION"},
		{"12 01 b7 00 40 00", SCSI_IN, "INQUIRY VPD block limits extension"},
		{"4d 00 5a 00 00 00 00 00 08 00", SCSI_IN,
			"LOG SENSE power condition transitions page"},
		{"d8 01 02 03", SCSI_IN, "vendor command 0xd8"},
		{"7e 01 02 03", SCSI_IN, "unknown command 0x7e"},
		{"", SCSI_NO_DATA, "an unknown command"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct scsi_cdb c = cdb_of(all[i].cdb, all[i].dir);
		char room[256];
		struct text t;

		text_init(&t, room, sizeof(room));
		scsi_say(&t, &c);
		assert_string_equal(room, all[i].said);
	}
}

/* ---- data ------------------------------------------------------------------------------------ */

static struct bench bench;

static void emit_into(const struct scsi_cdb *c, const struct scsi_bytes *b)
{
	struct tree_emit t = {.emit = {&tree_ops}, .b = &bench};

	bench.tree[0] = 0;
	scsi_emit_data(&t.emit, c, 0, b);
	assert_int_equal(t.depth, 0);
}

/* The phrase, then lines of the tree separated by |. */
static const struct {
	const char *cdb;
	uint8_t dir;
	const char *data, *said, *lines;
} answers[] = {
	{"12 00 00 00 24 00", SCSI_IN,
		"00 80 05 02 1f 00 00 02 5145 4d55 2020 2020 5145 4d55 2048 4152 4444 4953 4b20 "
		"2020 "
		"322e 352b",
		"removable disk, QEMU QEMU HARDDISK 2.5+",
		"peripheral_device_type=0 (disk)|rmb=1|version=5 (SPC-3)|cmdque=1|vendor=QEMU|"
		"product=QEMU HARDDISK|revision=2.5+"},
	{"12 00 00 00 24 00", SCSI_IN, /* cut */
		"00 00 05 02 1f 00 00 02 5145 4d55 2020 2020 5145 4d55 2048 4152 4444 4953 4b20 "
		"2020",
		"disk, QEMU QEMU HARDDISK", "product=QEMU HARDDISK"},
	{"12 00 00 00 05 00", SCSI_IN, "05 80 00 32 5b", "removable CD/DVD",
		"peripheral_device_type=5 (CD/DVD)"},
	{"12 00 00 00 01 00", SCSI_IN, "05", "", "peripheral_device_type=5 (CD/DVD)"},
	{"12 01 00 00 ff 00", SCSI_IN, "00 00 00 02 00 b0", "supported pages",
		"page=0 (supported pages)|page=176 (block limits)"},
	{"12 01 80 00 ff 00", SCSI_IN, "00 80 00 04 31 32 33 20", "unit serial number 123",
		"serial=123"},
	{"12 01 83 00 ff 00", SCSI_IN, "00 83 00 0c 02 01 00 03 61 62 63 61 a3 00 01 55",
		"device identification",
		"designator=abc|code_set=2 (ASCII)|type=1 (T10 vendor id)|protocol=6|"
		"association=2 (target device)|type=3 (NAA)"},
	{"12 01 b1 00 ff 00", SCSI_IN, "00 b1 00 3c 00 01 00 03", "block device characteristics",
		"rotation_rate=1 (does not rotate)|form_factor=3 (2.5 inch)"},
	{"12 01 b2 00 ff 00", SCSI_IN, "00 b2 00 04 00 e0 02 00", "logical block provisioning",
		"lbpu=1|lbpws=1|lbpws10=1|provisioning_type=2 (thin)"},
	{"25 00 00 00 00 00 00 00 00 00", SCSI_IN, "00 00 07 ff 00 00 02 00",
		"2,048 blocks of 512 bytes, 1.0 MB", "last_lba=2047|block_length=512"},
	{"25 00 00 00 00 00 00 00 00 00", SCSI_IN, "ff ff ff ff 00 00 02 00",
		"too large for it: READ CAPACITY(16) tells", "last_lba=4294967295"},
	{"9e 10 00 00 00 00 00 00 00 00 00 00 00 20 00 00", SCSI_IN,
		"00 00 00 01 d1 c0 be af 00 00 02 00 01 03 c0 05",
		"7,814,037,168 blocks of 512 bytes, 4.0 TB",
		"prot_en=1|physical_exponent=3|lbpme=1|lbprz=1|lowest_aligned_lba=5"},
	{"1a 00 3f 00 c0 00", SCSI_IN,
		"17 00 80 08 00 00 08 00 00 00 02 00 88 0a 04 00 ff ff 00 00"
		"ff ff ff ff",
		"write protected, write cache on",
		"write_protected=1|blocks_there=2048|block_length=512|mode_page "
		"(caching)|wce=1|ps=1"},
	{"5a 00 08 00 00 00 00 00 c0 00", SCSI_IN,
		"00 12 00 00 00 00 00 00 08 0a 00 00 00 00 00 00"
		"00 00 00 00",
		"writable, write cache off", "mode_data_length=18|wce=0|rcd=0"},
	{"03 00 00 00 12 00", SCSI_IN, "70 00 05 00 00 00 00 0a 00 00 00 00 24 00 00 c8 00 02",
		"ILLEGAL REQUEST: Invalid field in cdb",
		"sense_key=5 (ILLEGAL REQUEST)|asc=36 (Invalid field in "
		"cdb)|ascq=0|sksv=1|c_d=1|bpv=1|"
		"bit_pointer=0|field_pointer=2"},
	{"03 01 00 00 20 00", SCSI_IN,
		"72 04 44 00 00 00 00 0c 00 0a 80 00 00 00 00 00 00 00 00 2a",
		"HARDWARE ERROR: Internal target failure",
		"sense_format=114 (current error, with descriptors)|descriptor=0 (information)|"
		"valid=1|information=42"},
	{"03 00 00 00 12 00", SCSI_IN, "50 00 05", "",
		"sense (neither fixed (70h, 71h) nor descriptor format (72h, 73h)) invalid"},
	{"42 00 00 00 00 00 00 00 18 00", SCSI_OUT,
		"00 26 00 20 00 00 00 00 00 00 00 00 00 00 10 00 00 00 00 08 00 00 00 00"
		"00 00 00 00 00 00 20 00 00 00 00 01 00 00 00 00",
		"LBA 4,096, 8 blocks and 1 more",
		"unmap_lba=4096|unmap_blocks=8|unmap_lba=8192|unmap_blocks=1"},
	{"a0 00 00 00 00 00 00 00 00 10 00 00", SCSI_IN,
		"00 00 00 08 00 00 00 00 00 00 00 00 00 00 00 00", "1 logical unit",
		"lun_list_length=8|logical_unit"},
	{"46 00 00 00 00 00 00 00 40 00", SCSI_IN,
		"00 00 00 0c 00 00 00 10 00 03 03 04 08 00 00 00", "profile DVD-ROM",
		"current_profile=16 (DVD-ROM)|feature=3 (removable medium)|current=1"},
	{"4a 01 00 00 10 00 00 00 08 00", SCSI_IN, "00 06 04 5e 02 02 00 00",
		"media: new medium, medium present", "class=4 (media)|event=2 (new medium)"},
	{"43 00 00 00 00 00 00 00 14 00", SCSI_IN,
		"00 12 01 01 00 14 01 00 00 00 00 00 00 14 aa 00 00 00 10 00", "tracks 1 to 1",
		"first_track=1|track=170|start=4096"},
	{"43 02 00 00 00 00 00 00 0c 00", SCSI_IN, "00 0a 01 01 00 14 01 00 00 00 02 10",
		"tracks 1 to 1", "track=1|minute=0|second=2|frame=16"},
	{"43 00 00 00 00 00 00 00 0c 40", SCSI_IN, "00 0a 01 02 00 14 05 00 00 00 2c 5b",
		"sessions 1 to 2", "first_session=1|last_session=2|track=5|start=11355"},
	{"51 00 00 00 00 00 00 00 22 00", SCSI_IN,
		"00 20 1e 01 01 01 01 22 00 00 00 00 00 00 00 00", "complete disc, erasable",
		"erasable=1|last_session=3 (complete)|disc_status=2 (complete)|"
		"background_format=2 (running)"},
	{"4a 01 00 00 10 00 00 00 08 00", SCSI_IN, "00 06 04 5e 05 02 00 00",
		"media: background format completed, medium present",
		"event=5 (background format completed)"},
	{"12 01 89 02 3c 00", SCSI_IN,
		"00 89 02 38 00 00 00 00 4c 69 6e 75 78 20 20 20 6c 69 62 61 74 61 20 20 20 20 20 "
		"20"
		"20 20 20 20 33 2e 30 30 34 00 50 01 00 00 00 00 01 00 00 00 00 00 00 00 00 00 00 "
		"00"
		"ec 00 00 00",
		"ATA information",
		"sat_vendor=Linux|sat_product=libata|sat_revision=3.00|ata_command=236"},
	{"12 01 83 00 ff 00", SCSI_IN, "00 83 00 06 04 00 00 02 61 62", "device identification",
		"code_set=4|length=2"},
	{"03 00 00 00 12 00", SCSI_IN, "70 00 02 00 00 00 00 0a 00 00 00 00 04 04 00 80 40 00",
		"NOT READY: Logical unit not ready, format in progress", "sksv=1|progress=16384"},
	{"03 00 00 00 12 00", SCSI_IN, "70 00 03 00 00 00 00 0a 00 00 00 00 11 00 00 80 00 07",
		"MEDIUM ERROR: Unrecovered read error", "retries=7"},
	{"23 00 00 00 00 00 00 00 fc 00", SCSI_IN, "00 00 00 08 00 00 08 00 02 00 02 00",
		"2,048 blocks of 512 bytes, 1.0 MB, formatted, current",
		"descriptor_code=2 (formatted, current)"},
	{"4d 00 40 00 00 00 00 00 08 00", SCSI_IN, "00 00 00 02 00 0d", "",
		"page=0 (supported pages)|page=13 (temperature)"},
	{"4d 00 4d 00 00 00 00 00 10 00", SCSI_IN, "0d 00 00 06 00 00 03 02 00 1f", "",
		"page=13 (temperature)|parameter_code=0|length=2|value"},
	{"5e 00 00 00 00 00 00 00 10 00", SCSI_IN,
		"00 00 00 05 00 00 00 08 11 22 33 44 55 66 77 88", "",
		"generation=5|reservation_key"},
	{"28 00 00 00 00 00 00 00 01 00", SCSI_IN, "12 34", "", ""},
};

static void data(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct scsi_cdb c = cdb_of(answers[i].cdb, answers[i].dir);
		uint8_t raw[256], *exact;
		uint32_t n = hex(answers[i].data, raw);
		char room[256], lines[512], *line;
		struct scsi_bytes b;
		struct text t;

		exact = malloc(n);
		memcpy(exact, raw, n);
		b = bytes_of(exact, n);
		text_init(&t, room, sizeof(room));
		scsi_say_data(&t, &c, 0, &b);
		assert_string_equal(room, answers[i].said);
		emit_into(&c, &b);
		snprintf(lines, sizeof(lines), "%s", answers[i].lines);
		for (line = strtok(lines, "|"); line; line = strtok(NULL, "|")) {
			const char *p = bench.tree;

			while (*p == ' ')
				p++;
			has(&bench, line);
		}
		/* a later part of it is left alone */
		t.len = 0;
		room[0] = 0;
		scsi_say_data(&t, &c, 512, &b);
		assert_string_equal(room, "");
		free(exact);
	}
}

/* A device that ignores what page is asked for answers with standard data: its second byte may look
 * like the page. That it ended there shows where no request says how much was asked for, too. */
static void standard_data_for_a_page(void **state)
{
	uint8_t raw[36] = "\x00\x80\x02\x02\x20\x00\x00\x00MBED    VFS             0.1";
	struct scsi_cdb c = cdb_of("12 01 80 00 ff 00", SCSI_IN);
	struct xfer x = {
		.dir = USB_IN, .req_len = XFER_UNKNOWN, .len = 36, .data = {raw, 36, 36, 36}};
	struct scsi_bytes b = scsi_bytes_of(&x);
	char room[128];
	struct text t;

	(void)state;
	assert_true(b.ended);
	text_init(&t, room, sizeof(room));
	scsi_say_data(&t, &c, 0, &b);
	assert_string_equal(room, "unit serial number, whose length says 518 bytes");
	emit_into(&c, &b);
	has(&bench, "page_length=514 (36 bytes came instead of 255) invalid");
	x.len = 64; /* a packet as others */
	b = scsi_bytes_of(&x);
	assert_false(b.ended);
}

/* INQUIRY data that says how long it is, and is not. */
static void lengths(void **state)
{
	static const struct {
		const char *cdb, *data, *line;
		uint8_t less; /* bytes that are missing of 36 or the page; the device ended there */
		bool ended;
	} table[] = {
		{"12 00 00 00 24 00", "00 80 05 02 1f 00 00 00", "additional_length=31", 0, true},
		{"12 00 00 00 24 00", "00 80 05 02 20 00 00 00", "additional_length=32", 0, true},
		{"12 00 00 00 60 00", "00 80 05 02 20 00 00 00",
			"additional_length=32 (36 bytes came instead of 37) invalid", 0, true},
		{"12 00 00 00 60 00", "00 80 05 02 20 00 00 00", "additional_length=32", 0, false},
		{"12 00 00 00 24 00", "00 80 05 02 00 00 00 00",
			"additional_length=0 (at least 31: the answer has 36 bytes or more "
			"(SPC-3 6.4.2)) invalid",
			0, true},
		{"12 00 00 00 24 00", "00 80 01 01 03 00 00 00", "additional_length=3", 0, true},
		{"12 00 00 00 24 00", "00 80 05 02 1f 00 00 00",
			"additional_length=31 (20 bytes came instead of 36) invalid", 16, true},
		{"12 00 00 00 08 00", "00 80 05 02 1f 00 00 00", "additional_length=31", 28, true},
		{"12 01 80 00 ff 00", "00 80 00 20 31 32 33 34", "page_length=32", 0, true},
		{"12 01 80 00 ff 00", "00 80 00 21 31 32 33 34",
			"page_length=33 (36 bytes came instead of 37) invalid", 0, true},
		{"12 01 80 00 24 00", "00 80 00 21 31 32 33 34", "page_length=33", 0, true},
		/* padding is none of it, other bytes are too many */
		{"12 01 80 00 ff 00", "00 80 00 04 31 32 33 34", "page_length=4", 0, true},
		{"12 01 80 00 ff 00", "00 80 00 02 31 32 33 34",
			"page_length=2 (36 bytes came, 30 more than this tells of) invalid", 0,
			true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct scsi_cdb c = cdb_of(table[i].cdb, SCSI_IN);
		uint8_t raw[36] = {0};
		struct scsi_bytes b = {
			raw, 0, 36u - table[i].less, 36u - table[i].less, table[i].ended};

		hex(table[i].data, raw);
		emit_into(&c, &b);
		has(&bench, table[i].line);
		if (!strstr(table[i].line, "invalid"))
			assert_null(strstr(bench.tree, "invalid"));
	}
}

/* Every answer cut to every length, and as short as that, in memory of that size. */
static void data_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct scsi_cdb c = cdb_of(answers[i].cdb, answers[i].dir);
		uint8_t raw[256];
		uint32_t n = hex(answers[i].data, raw);

		for (uint32_t k = 0; k < n; k++) {
			uint8_t *exact = malloc(k ? k : 1);
			char room[256];
			struct text t;

			memcpy(exact, raw, k);
			text_init(&t, room, sizeof(room));
			for (unsigned snapped = 0; snapped < 2; snapped++) {
				struct scsi_bytes b = {exact, 0, k, snapped ? n : k, !snapped};

				scsi_say_data(&t, &c, 0, &b);
				emit_into(&c, &b);
				if (!snapped)
					assert_null(strstr(bench.tree, " snapped"));
			}
			free(exact);
		}
	}
}

/* Any bytes as the answer to any of these commands: bounded trees, no stray reads. */
static void data_random(void **state)
{
	uint64_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		size_t i = dice(&seed) % ARRAY_LEN(answers);
		struct scsi_cdb c = cdb_of(answers[i].cdb, answers[i].dir);
		uint32_t n = dice(&seed) % 600;
		uint8_t *exact = malloc(n ? n : 1);
		struct scsi_bytes b = bytes_of(exact, n);
		char room[512];
		struct text t;

		for (uint32_t k = 0; k < n; k++)
			exact[k] = (uint8_t)(dice(&seed) % 3 ? 0 : dice(&seed));
		text_init(&t, room, sizeof(room));
		scsi_say_data(&t, &c, 0, &b);
		for (const char *p = room; *p; p++)
			assert_true((unsigned char)*p >= ' ' && *p != 0x7f);
		emit_into(&c, &b);
		free(exact);
	}
}

/* A list of 64 KiB is not shown as thousands of fields. */
static void long_lists(void **state)
{
	struct scsi_cdb c = cdb_of("a0 00 00 00 00 00 00 01 00 00 00 00", SCSI_IN);
	uint8_t *raw = calloc(65536, 1);
	struct scsi_bytes b = bytes_of(raw, 65536);

	(void)state;
	raw[1] = 1; /* list length 0x10000 */
	emit_into(&c, &b);
	has(&bench, "more=8128 (further ones, not shown)");
	free(raw);
}

/* ---- sense -------------------------------------------------------------------------- */

static void sense(void **state)
{
	static const struct {
		uint8_t key, asc, ascq;
		const char *said;
	} all[] = {
		{0, 0, 0, "NO SENSE"},
		{2, 0x3a, 0, "NOT READY: Medium not present"},
		{6, 0x29, 0, "UNIT ATTENTION: Power on, reset, or bus device reset occurred"},
		{4, 0x40, 0x81, "HARDWARE ERROR: Diagnostic failure on component [0x81]"},
		{5, 0x80, 0x01, "ILLEGAL REQUEST: vendor code 0x80/0x01"},
		{3, 0x11, 0x7f, "MEDIUM ERROR: code 0x11/0x7f"},
	};
	uint8_t fixed[18] = {0x70, 0, 0xf2, [12] = 0x3a, [13] = 1};
	struct scsi_sense s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		char room[200];
		struct text t;

		s = (struct scsi_sense){true, all[i].key, all[i].asc, all[i].ascq};
		text_init(&t, room, sizeof(room));
		scsi_say_sense(&t, &s);
		assert_string_equal(room, all[i].said);
	}
	s = scsi_sense(fixed, 18);
	assert_true(s.known && s.key == 2 && s.asc == 0x3a && s.ascq == 1);
	assert_false(scsi_sense(fixed, 13).known);
	fixed[0] = 0xf0; /* VALID */
	assert_true(scsi_sense(fixed, 14).known);
	fixed[0] = 0x7f;
	assert_false(scsi_sense(fixed, 18).known);
	assert_false(scsi_sense(NULL, 0).known);
	assert_string_equal(scsi_status_name(2), "CHECK CONDITION");
	assert_null(scsi_status_name(1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(sections),
		cmocka_unit_test(commands),
		cmocka_unit_test(data),
		cmocka_unit_test(standard_data_for_a_page),
		cmocka_unit_test(lengths),
		cmocka_unit_test(data_cut),
		cmocka_unit_test(data_random),
		cmocka_unit_test(long_lists),
		cmocka_unit_test(sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
