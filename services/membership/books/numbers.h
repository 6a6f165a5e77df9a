// Which number each table has, and what else stands in the keys.
#ifndef ZHIBU_SERVICES_MEMBERSHIP_BOOKS_NUMBERS_H_
#define ZHIBU_SERVICES_MEMBERSHIP_BOOKS_NUMBERS_H_

#include <cstdint>

namespace zhibu::membership {

// Numbers are never used again for something else.
enum Table : uint8_t {
  kPersonTable = 0x10,            // person → PersonRow
  kPersonsByOrganisation = 0x11,  // organisation, person → nothing
  kIdNumbers = 0x12,              // keyed hash of an ID number → IdNumberRow
  kCaseTable = 0x13,              // person, case → CaseRow
  kStepTable = 0x14,              // person, case, sequence → StepRow
  kDueTable = 0x15,               // organisation, day, DueSubject, kind of item → DueRow
  kCaseEventTable = 0x16,         // person, case, sequence → CaseEventRow
  kExceptionTable = 0x17,         // organisation, person, case, sequence → nothing
  kPersonHistory = 0x18,  // person, negative revision that changed it → PersonRow before it
  kQuotaTable = 0x1A,     // organisation, year → QuotaRow
  kQuotaEntries = 0x1B,   // organisation, year, sequence → QuotaEntry
  // A work list from the registry's feed, not of the own one: the only table that folding the own
  // feed does not make.
  kUnitTransferTable = 0x22,  // reorganisation → UnitTransferRow
  kTransferTable = 0x23,      // transfer → TransferRow
  kTransferIndex = 0x24,      // organisation, direction, state, day, transfer → nothing;
                              // issuer, kLetters, year, negative serial, transfer → nothing
  kTransfersOfPerson = 0x25,  // person, transfer → nothing
  kAlikeTable = 0x32,         // keyed hash of name and birth date → AlikeRow
  kDuplicateTable = 0x33,     // the same hash, where it has several persons → nothing
  kRevealTable = 0x34,        // person, negative revision → PersonRevealed
  kMergeTable = 0x35,         // person that ended → PersonMerged
  kNameTable = 0x36,          // keyed hash of a name, or of its initials, person → nothing
  kExternalIds = 0x37,        // outside system, id there, person → nothing
};

// The third use of kTransferIndex beside the two TransferDirections: the letters of an issuer, the
// last serial of a year first.
inline constexpr int kLetters = 3;

// The collection of transfers; the others are in common/base/resource_name.h.
inline constexpr char kTransfers[] = "transfers";

}  // namespace zhibu::membership

#endif  // ZHIBU_SERVICES_MEMBERSHIP_BOOKS_NUMBERS_H_
