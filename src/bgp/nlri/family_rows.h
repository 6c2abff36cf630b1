#pragma once
// Declares the row of every family, so that the file that implements one defines what the table
// names.

#include "bgp/nlri/family.h"

namespace openbell::bgp {

#define OPENBELL_FAMILY(id, ...) extern const FamilyOps id##_family;
#include "bgp/nlri/families.def"
#undef OPENBELL_FAMILY

}  // namespace openbell::bgp
