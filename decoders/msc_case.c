/* msc_case.c: the thirteen cases of bulk-only transport: what the host expects (Hn: no data, Hi:
 * in, Ho: out) against what the device intends (Dn, Di, Do), as far as a capture shows it. */
#include "decoders/msc.h"

/* BOT 6.7, the host/device data transfer matrix */
static const struct msc_case cases[] = {
	{1, "Hn = Dn", "no data, as asked", "BOT 6.7.1"},
	{2, "Hn < Di", "the host expects no data, the device means to send some", "BOT 6.7.1"},
	{3, "Hn < Do", "the host expects no data, the device means to receive some", "BOT 6.7.1"},
	{4, "Hi > Dn", "the host expects data, the device has none", "BOT 6.7.2"},
	{5, "Hi > Di", "the device has less than the host asked for", "BOT 6.7.2"},
	{6, "Hi = Di", "all data came in, as asked", "BOT 6.7.2"},
	{7, "Hi < Di", "the device means to send more than the host asked for", "BOT 6.7.2"},
	{8, "Hi <> Do", "the host expects data in, the device means to receive", "BOT 6.7.2"},
	{9, "Ho > Dn", "the host sends data, the device wants none", "BOT 6.7.3"},
	{10, "Ho <> Di", "the host sends data, the device means to send", "BOT 6.7.3"},
	{11, "Ho > Do", "the device wants less than the host sends", "BOT 6.7.3"},
	{12, "Ho = Do", "all data went out, as asked", "BOT 6.7.3"},
	{13, "Ho < Do", "the device wants more than the host sends", "BOT 6.7.3"},
};

enum {
	HN_DN = 1,
	HN_DI,
	HN_DO,
	HI_DN,
	HI_LESS,
	HI_DI,
	HI_MORE,
	HI_DO,
	HO_DN,
	HO_DI,
	HO_LESS,
	HO_DO,
	HO_MORE
};

/* A phase error says that the device wants more or the other direction; which one the command's own
 * direction tells. */
static unsigned after_phase_error(const struct msc_state *s)
{
	const struct scsi_command *k = scsi_command(&s->cdb);
	uint8_t device = k ? k->dir : SCSI_EITHER;

	if (!s->asked)
		return device == SCSI_IN ? HN_DI : device == SCSI_OUT ? HN_DO : 0;
	if (s->cdb.dir == SCSI_IN)
		return device == SCSI_OUT ? HI_DO : HI_MORE;
	return device == SCSI_IN ? HO_DI : HO_MORE;
}

/* Passed and failed: dCSWDataResidue is what was asked for and not processed (5.2). */
static unsigned by_residue(const struct msc_state *s)
{
	bool in = s->cdb.dir == SCSI_IN;

	if (!s->asked)
		return HN_DN;
	if (s->residue == s->asked)
		return in ? HI_DN : HO_DN;
	if (s->residue)
		return in ? HI_LESS : HO_LESS;
	return in ? HI_DI : HO_DO;
}

const struct msc_case *msc_case(const struct msc_state *s)
{
	unsigned n;

	if (!(s->seen & MSC_HAS_CSW) || s->fault)
		return NULL;
	n = s->status == CSW_PHASE_ERROR ? after_phase_error(s) : by_residue(s);
	return n ? &cases[n - 1] : NULL;
}

bool msc_agree(const struct msc_case *c)
{
	return c->number == HN_DN || c->number == HI_DI || c->number == HO_DO;
}
