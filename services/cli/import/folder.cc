#include "services/cli/import/folder.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/base/file.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/domain/classes.h"
#include "common/domain/id_number.h"
#include "services/cli/import/messages.h"
#include "services/cli/import/stories.h"
#include "zhibu/membership/v1/case_event.pb.h"
#include "zhibu/membership/v1/development_case.pb.h"
#include "zhibu/membership/v1/membership_fact.pb.h"

namespace zhibu::cli {
namespace {

void AddError(const Row& row, int column, const char* reason, std::string message,
              RowErrors* errors) {
  errors->Add({row.spec->name, row.line, column < 0 ? "" : row.spec->columns[column].header, reason,
               std::move(message)});
}

void CheckPeriod(const Row& row, int from, int to, RowErrors* errors) {
  if (!row.Has(to) || row.Text(to) > row.Text(from)) return;
  AddError(row, to, "PERIOD_INVALID", "须晚于开始日期（填最后一天的次日）", errors);
}

// One destination, and nothing of a later step without what comes before it.
void CheckTransfer(const Row& row, RowErrors* errors) {
  using namespace transfer_columns;  // NOLINT: the columns of one file
  if (row.Text(kTo).empty() == row.Text(kOutside).empty()) {
    AddError(row, kTo, "DESTINATION_INVALID", "转入和库外党组织须填一个，只填一个", errors);
  }
  if (row.Text(kIssued).empty() != row.Text(kPaidUntil).empty()) {
    AddError(row, kPaidUntil, "MONTH_INVALID", "开具日期和党费交至（如 2026-11）须一起填写",
             errors);
  }
  if (!row.Text(kReceived).empty() && row.Text(kIssued).empty()) {
    AddError(row, kIssued, "VALUE_REQUIRED", "已接收的须写明介绍信的开具日期", errors);
  }
}

// A time limit with 限期改正, and with nothing else.
void CheckFact(const Row& row, RowErrors* errors) {
  using namespace fact_columns;  // NOLINT: the columns of one file
  const bool corrects = row.Value(kKind) == membership::v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN;
  if (corrects != row.Has(kUntil)) {
    AddError(row, kUntil, "UNTIL_INVALID", "限期改正须填写期限，其他变动不填", errors);
  }
}

// Each column with the one kind of event that it is for.
void CheckCaseEvent(const Row& row, RowErrors* errors) {
  using namespace case_event_columns;  // NOLINT: the columns of one file
  const auto only_with = [&](membership::v1::CaseEventKind kind, int column, const char* message) {
    if (row.Has(column) == (row.Value(kKind) == kind)) return;
    AddError(row, column, "COLUMN_NOT_FOR_EVENT", message, errors);
  };
  only_with(membership::v1::CASE_EVENT_KIND_VOIDED, kFromStep,
            "认定无效须填写从哪一个序号的步骤起，其他情形不填");
  only_with(membership::v1::CASE_EVENT_KIND_RECEIVED, kContinuous,
            "接续培养须写明是否连续计算，其他情形不填");
  only_with(membership::v1::CASE_EVENT_KIND_POSTPONED, kUntil,
            "推迟讨论须填写推迟到哪一天，其他情形不填");
  if (row.Has(kInError) && row.Value(kKind) != membership::v1::CASE_EVENT_KIND_VOIDED) {
    AddError(row, kInError, "COLUMN_NOT_FOR_EVENT", "只有认定无效可以注明是误录，其他情形不填",
             errors);
  }
}

void CheckPerson(const Row& row, RowErrors* errors) {
  using namespace person_columns;
  const absl::StatusOr<IdNumber> id = ParseIdNumber(row.Text(kIdNumber));
  if (id.ok() && row.Has(kSex) && row.Value(kSex) != static_cast<int>(id->sex)) {
    AddError(row, kSex, "SEX_DISAGREES_WITH_ID_NUMBER", "与公民身份号码不符，请核对", errors);
  }
  if (!row.Has(kOpeningStage)) {
    for (const int column : {kJoinedOn, kFullMemberOn}) {
      if (row.Has(column)) {
        AddError(row, column, "OPENING_STAGE_MISSING", "只有填了期初阶段的党员才填此栏", errors);
      }
    }
    return;
  }
  const bool full = row.Value(kOpeningStage) == membership::v1::STAGE_FULL;
  if (!row.Has(kJoinedOn)) {
    AddError(row, kJoinedOn, "VALUE_REQUIRED", "期初已是党员，须填入党日期", errors);
  }
  if (full && !row.Has(kFullMemberOn)) {
    AddError(row, kFullMemberOn, "VALUE_REQUIRED", "期初已是正式党员，须填转正日期", errors);
  }
  if (!full && row.Has(kFullMemberOn)) {
    AddError(row, kFullMemberOn, "OPENING_BALANCE_DATES_INVALID", "预备党员没有转正日期", errors);
  }
  if (row.Has(kJoinedOn) && row.Has(kFullMemberOn) &&
      row.Text(kFullMemberOn) < row.Text(kJoinedOn)) {
    AddError(row, kFullMemberOn, "OPENING_BALANCE_DATES_INVALID", "不能早于入党日期", errors);
  }
}

void CheckStep(const Row& row, RowErrors* errors) {
  using namespace step_columns;
  const int step = static_cast<int>(row.Number(kStep).value_or(0));
  for (int column = kTalker; column < kCount; ++column) {
    if (row.Has(column) && !StepUses(step, column)) {
      AddError(row, column, "COLUMN_NOT_FOR_STEP", absl::StrCat("第", step, "步没有这一栏，请留空"),
               errors);
    } else if (!row.Has(column) && StepNeeds(step, column)) {
      AddError(row, column, "VALUE_REQUIRED", absl::StrCat("第", step, "步须填此栏"), errors);
    }
  }
  const bool extended = row.Value(kOutcome) == membership::v1::CONVERSION_OUTCOME_EXTENDED;
  if (extended != row.Has(kExtension) && StepUses(step, kExtension)) {
    AddError(row, kExtension, extended ? "VALUE_REQUIRED" : "COLUMN_NOT_FOR_STEP",
             extended ? "延长预备期须填延长几个月" : "只有延长预备期才填此栏", errors);
  }
  if (row.List(kDeliberatedBy).size() != row.List(kDeliberatedOn).size()) {
    AddError(row, kDeliberatedOn, "VALUE_REQUIRED", "每个审议机构须有一个审议日期，次序相同",
             errors);
  }
  const int exception =
      int{row.Has(kExceptionBy)} + int{row.Has(kExceptionNumber)} + int{row.Has(kExceptionReason)};
  if (exception != 0 && exception != 3) {
    AddError(row, kExceptionBy, "VALUE_REQUIRED", "例外批准须同时填写批准机关、文号和理由", errors);
  }
}

void CheckAttendance(const Row& row, RowErrors* errors) {
  using namespace activity_columns;
  std::set<std::string> seen;
  for (const int column : {kPresent, kOnLeave, kAbsent}) {
    for (std::string& id : row.List(column)) {
      if (!seen.insert(std::move(id)).second) {
        AddError(row, column, "PERSON_TWICE", "同一人在出席、请假、缺席中只能写一次", errors);
        break;
      }
    }
  }
}

// Looks at all files in turn; keeps ids, not rows.
class Check {
 public:
  Check(const Folder& folder, RowErrors* errors)
      : folder_(folder), errors_(errors), events_(ReadCaseEvents(folder)) {}

  FolderFacts Run() {
    for (int i = 0; i < kFileKinds; ++i) {
      const auto kind = static_cast<FileKind>(i);
      const std::string* bytes = folder_.Find(kind);
      if (bytes == nullptr) continue;
      ReadRows(SpecOf(kind), *bytes, errors_, [&](const Row& row) {
        ++facts_.rows[i];
        Take(row);
      });
    }
    // Where a step is at fault, the numbers behind it may be, too.
    for (const auto& [name, rows] : events_) {
      if (steps_sound_) CheckPlaces(rows, days_[name], errors_);
    }
    // Only now is every id of every file known.
    for (auto it = references_.begin(); it != references_.end(); ++it) {
      if (!defined_.contains(it->first)) facts_.outside[it->first] = std::move(it->second);
    }
    return std::move(facts_);
  }

 private:
  void Take(const Row& row) {
    const FileKind kind = row.spec->kind;
    if (row.sound) CheckRow(row, errors_);
    for (int i = 0; i < static_cast<int>(row.spec->columns.size()); ++i) TakeField(row, i);
    if (kind == FileKind::kPersons && row.sound) {
      Once(row, person_columns::kIdNumber, &id_numbers_, "ID_NUMBER_TWICE",
           "此号码在文件中出现两次");
    }
    if (kind == FileKind::kInstitutions && row.Has(institution_columns::kCreditCode)) {
      Once(row, institution_columns::kCreditCode, &credit_codes_, "CREDIT_CODE_TWICE",
           "此代码在文件中出现两次");
    }
    if (kind != FileKind::kSteps) return;
    steps_sound_ = steps_sound_ && row.sound;
    if (row.sound) TakeCase(row);
  }

  void TakeField(const Row& row, int column) {
    if (!row.Has(column)) return;
    const std::string& id = row.Text(column);
    switch (row.spec->columns[column].form) {
      case Form::kId:
        if (!IsResourceId(id)) return;
        if (!defined_.insert(NameOf(CollectionOf(row.spec->kind), id)).second) {
          AddError(row, column, "ID_TWICE", "编号在文件中出现两次", errors_);
        }
        return;
      case Form::kOrganisation:
        // The child of an edge has to be set up with it; the parent may be there already.
        Refer(row, column, kOrganisations, id,
              row.spec->kind == FileKind::kAffiliations &&
                  column == affiliation_columns::kOrganisation);
        return;
      case Form::kInstitution:
        Refer(row, column, kInstitutions, id,
              row.spec->kind == FileKind::kHeadCounts || row.spec->kind == FileKind::kCoverages);
        return;
      case Form::kSeat:
        Refer(row, column,
              IsPartyPost(static_cast<registry::v1::PostKind>(row.Value(post_columns::kKind)))
                  ? kOrganisations
                  : kInstitutions,
              id, false);
        return;
      case Form::kPerson:
        Refer(row, column, kPersons, id, false);
        return;
      case Form::kPersons:
        for (const std::string& person : row.List(column)) {
          Refer(row, column, kPersons, person, false);
        }
        return;
      case Form::kOrganisations:
        for (const std::string& organisation : row.List(column)) {
          Refer(row, column, kOrganisations, organisation, false);
        }
        return;
      case Form::kCase: {
        const std::vector<std::string> parts = absl::StrSplit(id, '/');
        if (!parts.empty()) Refer(row, column, kPersons, parts[0], false);
        return;
      }
      default:
        return;
    }
  }

  // `here`: it must stand in an earlier file of this folder.
  void Refer(const Row& row, int column, const char* collection, const std::string& id, bool here) {
    if (!IsResourceId(id)) return;  // the form was wrong, which has been said
    std::string name = NameOf(collection, id);
    if (defined_.contains(name)) return;
    if (here) {
      const FileKind where =
          collection == kOrganisations ? FileKind::kOrganisations : FileKind::kInstitutions;
      AddError(row, column, "REFERENCE_NOT_THERE",
               absl::StrCat("“", SpecOf(where).name, "”中没有这个编号"), errors_);
      return;
    }
    references_[std::move(name)].push_back({row.spec->kind, row.line, column});
  }

  void Once(const Row& row, int column, absl::flat_hash_set<std::string>* seen, const char* reason,
            const char* message) {
    if (!seen->insert(row.Text(column)).second) AddError(row, column, reason, message, errors_);
  }

  // A case's rows stand together: they are sent as one, and none of a million cases is held back.
  void TakeCase(const Row& row) {
    const std::string& name = row.Text(step_columns::kCase);
    if (events_.count(name) > 0) days_[name].push_back(*row.Date(step_columns::kDate));
    if (name == open_case_) return;
    open_case_ = name;
    if (!cases_.insert(name).second) {
      AddError(row, step_columns::kCase, "CASE_NOT_TOGETHER",
               "同一案件的步骤须写在一起，请按案件排序", errors_);
    }
  }

  static const char* CollectionOf(FileKind kind) {
    switch (kind) {
      case FileKind::kOrganisations:
        return kOrganisations;
      case FileKind::kInstitutions:
        return kInstitutions;
      case FileKind::kPosts:
        return kPosts;
      case FileKind::kElections:
        return kElections;
      case FileKind::kFacilities:
        return kFacilities;
      case FileKind::kPersons:
        return kPersons;
      case FileKind::kTransfers:
        return "transfers";
      default:
        return kActivities;
    }
  }

  const Folder& folder_;
  RowErrors* const errors_;
  FolderFacts facts_;
  absl::flat_hash_set<std::string> defined_;  // resource names
  std::map<std::string, std::vector<Place>> references_;
  absl::flat_hash_set<std::string> id_numbers_;
  absl::flat_hash_set<std::string> credit_codes_;
  absl::flat_hash_set<std::string> cases_;
  std::string open_case_;
  const CaseEvents events_;
  std::map<std::string, std::vector<absl::CivilDay>> days_;  // of the steps of cases with events
  bool steps_sound_ = true;
};

}  // namespace

void CheckRow(const Row& row, RowErrors* errors) {
  switch (row.spec->kind) {
    case FileKind::kOrganisations:
      return CheckPeriod(row, organisation_columns::kEstablished, organisation_columns::kDissolved,
                         errors);
    case FileKind::kAffiliations:
      if (row.Text(affiliation_columns::kOrganisation) == row.Text(affiliation_columns::kParent)) {
        AddError(row, affiliation_columns::kParent, "PARENT_CYCLE", "不能是自己的上级", errors);
      }
      return CheckPeriod(row, affiliation_columns::kFrom, affiliation_columns::kTo, errors);
    case FileKind::kInstitutions:
      return CheckPeriod(row, institution_columns::kOpened, institution_columns::kClosed, errors);
    case FileKind::kHeadCounts:
      return;
    case FileKind::kCoverages:
      return CheckPeriod(row, coverage_columns::kFrom, coverage_columns::kTo, errors);
    case FileKind::kPosts:
      return CheckPeriod(row, post_columns::kFrom, post_columns::kTo, errors);
    case FileKind::kElections:
      return;
    case FileKind::kFacilities:
      if (row.Has(facility_columns::kInstitution) == row.Has(facility_columns::kOrganisation)) {
        AddError(row, facility_columns::kInstitution, "HOLDER_REQUIRED",
                 "须填写单位或党组织，只填一个", errors);
      }
      return CheckPeriod(row, facility_columns::kFrom, facility_columns::kTo, errors);
    case FileKind::kPersons:
      return CheckPerson(row, errors);
    case FileKind::kQuotas:
      return;
    case FileKind::kSteps:
      return CheckStep(row, errors);
    case FileKind::kActivities:
      return CheckAttendance(row, errors);
    case FileKind::kTransfers:
      return CheckTransfer(row, errors);
    case FileKind::kFacts:
      return CheckFact(row, errors);
    case FileKind::kCaseEvents:
      return CheckCaseEvent(row, errors);
  }
}

absl::StatusOr<Folder> LoadFolder(const std::string& path, RowErrors* errors) {
  ZHIBU_ASSIGN_OR_RETURN(const std::vector<std::string> paths, ListFiles(path, ".csv"));
  Folder folder;
  bool any = false;
  for (const std::string& file : paths) {
    const std::string name = std::filesystem::path(file).filename().string();
    bool known = false;
    for (int i = 0; i < kFileKinds; ++i) {
      if (SpecOf(static_cast<FileKind>(i)).name != name) continue;
      ZHIBU_ASSIGN_OR_RETURN(folder.files[i], ReadFile(file));
      known = any = true;
    }
    if (!known) {
      errors->Add({name, 0, "", "FILE_UNKNOWN", "不认识这个文件名，请改名或移出文件夹"});
    }
  }
  if (!any) {
    return absl::NotFoundError(absl::StrCat("文件夹里没有可导入的文件（如 党组织.csv）：", path));
  }
  return folder;
}

FolderFacts CheckFolder(const Folder& folder, RowErrors* errors) {
  return Check(folder, errors).Run();
}

}  // namespace zhibu::cli
