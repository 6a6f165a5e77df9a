// The interchange folder: CSV files with Chinese headers that the generator writes and the importer
// reads. What a file is called, which columns it has and what may stand in them is said here once;
// README.import.md beside it says the same for clerks.
#ifndef ZHIBU_SERVICES_CLI_IMPORT_COLUMNS_H_
#define ZHIBU_SERVICES_CLI_IMPORT_COLUMNS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace zhibu::cli {

// In the order in which they are imported: each file refers only to itself and to files before it.
enum class FileKind {
  kOrganisations,  // 党组织.csv
  kAffiliations,   // 隶属.csv: dated edges upward
  kInstitutions,   // 单位.csv
  kHeadCounts,     // 人数.csv
  kCoverages,      // 覆盖.csv
  kPosts,          // 任职.csv
  kElections,      // 换届.csv: the last election of each organisation
  kFacilities,     // 阵地品牌.csv
  kPersons,        // 人员.csv
  kQuotas,         // 名额.csv: before the steps, whose approvals use them
  kSteps,          // 步骤.csv: development steps, a case's rows together and in order
  kActivities,     // 活动.csv
  kTransfers,      // 转接.csv
  kFacts,          // 党籍变动.csv: a person's rows in order of days
  kCaseEvents,     // 发展情形.csv: a case's rows in order of days, among its steps
};
inline constexpr int kFileKinds = 15;

// A Chinese word for a value of a contract's enum.
struct Word {
  std::string word;
  int value;
};
using Words = std::vector<Word>;

const Words& OrganisationKindWords();
const Words& LineWords();
const Words& InstitutionKindWords();
const Words& OwnershipWords();
const Words& PlaceWords();
const Words& CoverageRungWords();
const Words& PostKindWords();
const Words& FacilityKindWords();
const Words& FactKindWords();
const Words& CaseEventKindWords();
const Words& SexWords();
const Words& PersonKindWords();
const Words& OpeningStageWords();  // 预备党员, 正式党员
const Words& ConversionOutcomeWords();
const Words& YesNoWords();  // 是 1, 否 0

std::optional<int> ValueOf(const Words& words, absl::string_view word);
// The first word of a value; empty where there is none.
std::string WordOf(const Words& words, int value);

// The id of an activity kind for its Chinese title; a text that already is an id passes through,
// since a deployment may know more kinds. Nothing for anything else.
std::optional<std::string> ActivityKindOf(absl::string_view text);
// The Chinese title of an activity kind that every deployment knows; otherwise the id.
std::string ActivityKindWord(absl::string_view id);

// What may stand in a field.
enum class Form {
  kId,             // a resource id that this row defines, once in the file
  kOrganisation,   // id of an organisation
  kInstitution,    // id of an institution
  kSeat,           // id of an organisation or an institution: 职务 decides
  kPerson,         // id of a person who stands in 人员.csv
  kPersons,        // such ids, separated by ";" or "；", each once
  kOrganisations,  // ids of organisations, likewise
  kHolder,         // id of a person who need not stand in 人员.csv
  kCase,           // "person/case"
  kText,           // at most `max` characters
  kWord,           // one of `words`
  kDate,           // 2026-11-23, 2026/1/3 or 20261123
  kDates,          // such dates, separated likewise
  kNumber,         // a whole number from `min` to `max`
  kIdNumber,       // 公民身份号码 with a fitting check character
  kCreditCode,     // 统一社会信用代码 with fitting check characters
  kNationality,    // GB/T 3304: 01–56, 97, 98; a lost leading zero is forgiven
  kActivityKind,
};

struct Column {
  std::string header;
  Form form;
  bool required = false;  // in every row
  int64_t min = 0;
  int64_t max = 0;
  const Words* words = nullptr;
  // Names of the contract's fields that it fills, so that a server's finding leads back to it.
  std::vector<std::string> fields;
};

struct FileSpec {
  FileKind kind;
  std::string name;             // "党组织.csv"
  std::vector<Column> columns;  // in the order of the enums below
};

const FileSpec& SpecOf(FileKind kind);

// Places of the columns in FileSpec::columns.
namespace organisation_columns {
enum { kId, kTitle, kKind, kCode, kEstablished, kDissolved, kCount };
}
namespace affiliation_columns {
enum { kOrganisation, kParent, kLine, kFrom, kTo, kDocument, kCount };
}
namespace institution_columns {
enum {
  kId,
  kTitle,
  kKind,
  kOwnership,
  kPlace,
  kParent,
  kCreditCode,
  kKeeper,
  kOpened,
  kClosed,
  kCount
};
}
namespace head_count_columns {
enum {
  kInstitution,
  kDate,
  kStaff,
  kEstablishedPosts,
  kFullTimeTeachers,
  kStudents,
  kSeniorStudents,
  kAdultStudents,
  kCount
};
}
namespace coverage_columns {
enum { kInstitution, kOrganisation, kRung, kFrom, kTo, kCount };
}
namespace post_columns {
enum { kId, kSeat, kKind, kHolder, kFullTime, kFrom, kTo, kCount };
}
namespace election_columns {
enum { kId, kOrganisation, kDate, kCount };
}
namespace facility_columns {
enum {
  kId,
  kInstitution,
  kOrganisation,
  kKind,
  kTitle,
  kScheme,
  kRating,
  kEvidence,
  kFrom,
  kTo,
  kCount
};
}
namespace person_columns {
enum {
  kId,
  kOrganisation,
  kName,
  kIdNumber,
  kSex,
  kNationality,
  kKind,
  kInstitution,
  kRegisteredOn,
  kOpeningStage,
  kJoinedOn,
  kFullMemberOn,
  kBirthDate,
  kIdentityDocument,
  kCount
};
}
namespace quota_columns {
enum { kYear, kFrom, kTo, kNumber, kDocument, kCount };
}
namespace step_columns {
enum {
  kCase,
  kStep,
  kDate,
  kOrganisation,
  kReference,
  kTalker,
  kByMembers,
  kByMassOrganisation,
  kContacts,
  kNoticeFrom,
  kNoticeTo,
  kIntroducers,
  kPassed,
  kLeavingOn,
  kDays,
  kHours,
  kFormNumber,
  kEntitled,
  kPresent,
  kWritten,
  kInFavour,
  kAgainst,
  kAbstained,
  kPartyGroup,
  kOutcome,
  kExtension,
  kDeliberatedBy,
  kDeliberatedOn,  // in the order of kDeliberatedBy
  kExceptionBy,
  kExceptionNumber,
  kExceptionReason,
  kCount
};
}
namespace activity_columns {
enum {
  kId,
  kOrganisation,
  kKind,
  kDate,
  kTopic,
  kHours,
  kHost,
  kPresent,
  kOnLeave,
  kAbsent,
  kGuests,
  kCount
};
}
namespace transfer_columns {
enum {
  kId,
  kPerson,
  kTo,
  kOutside,
  kReason,
  kStarted,
  kIssued,
  kPaidUntil,
  kDays,
  kReceived,
  kReceipt,
  kCount
};
}

namespace fact_columns {
enum { kPerson, kKind, kDate, kUntil, kAuthority, kArticle, kDocument, kCount };
}

namespace case_event_columns {
enum {
  kCase,
  kKind,
  kDate,
  kOrganisation,
  kReason,
  kDocument,
  kFromStep,
  kContinuous,
  kUntil,
  kAfterStep,
  kInError,
  kCount
};
}

// Whether the step with this number (1–25) uses the column, and whether it must be filled. Columns
// that every step has (案件 to 材料索引, and those of an exception) are used by all.
bool StepUses(int step, int column);
bool StepNeeds(int step, int column);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_IMPORT_COLUMNS_H_
