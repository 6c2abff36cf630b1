#pragma once
// The audit log beside what was sent: every UPDATE has its record, and no record tells of what was
// not sent.

#include "tests/sim/judge.h"

namespace openbell::sim {

Verdict judge_audit(const Stage& stage);

}  // namespace openbell::sim
