#include "services/cli/generate/county.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/civil.h"
#include "common/domain/classes.h"
#include "services/cli/import/columns.h"
#include "zhibu/membership/v1/case_event.pb.h"
#include "zhibu/registry/v1/facility.pb.h"
#include "zhibu/type/v1/organisation_kind.pb.h"

namespace zhibu::cli {
namespace {

// Of those who go another way: how many days ago the admission was approved, so that what comes
// after it has its time whatever the dice say.
constexpr int kDoneAgainAgo = 400;
// Probation ends about today: the second inspection comes after the move, the postponement today.
constexpr int kPostponedAgo = 330;
constexpr int kMoveStarted = 120, kMoveIssued = 118, kMoved = 112;
constexpr int kPostponedMonths = 3;

}  // namespace

CountyBuilder::CountyBuilder(FolderWriter* writer, uint64_t seed, absl::CivilDay today)
    : writer_(writer),
      dice_(seed),
      people_(&dice_),
      today_(today),
      // Before every admission that the generator plans, and every contact's first day with it.
      books_opened_(today.year() - 8, 1, 1) {}

std::string CountyBuilder::NewCode(const std::string& parent) {
  return absl::StrCat(parent.empty() ? "" : codes_[parent],
                      absl::StrFormat("%03d", ++children_[parent]));
}

void CountyBuilder::AddOrganisation(const OrganisationSpec& spec) {
  const std::string established = FormatDate(absl::CivilDay(spec.established_year, 7, 1));
  {
    using namespace organisation_columns;
    std::vector<std::string> row = FolderWriter::NewRow(FileKind::kOrganisations);
    row[kId] = spec.id;
    row[kTitle] = spec.title;
    row[kKind] = WordOf(OrganisationKindWords(), spec.kind);
    row[kCode] = codes_[spec.id] = NewCode(spec.parent);
    row[kEstablished] = established;
    writer_->Add(FileKind::kOrganisations, row);
  }
  const auto add_edge = [&](const std::string& parent, const char* line) {
    using namespace affiliation_columns;
    std::vector<std::string> row = FolderWriter::NewRow(FileKind::kAffiliations);
    row[kOrganisation] = spec.id;
    row[kParent] = parent;
    row[kLine] = line;
    row[kFrom] = established;
    writer_->Add(FileKind::kAffiliations, row);
  };
  if (!spec.parent.empty()) add_edge(spec.parent, "隶属");
  if (!spec.territorial.empty()) add_edge(spec.territorial, "属地");
  AddLastElection(spec);
}

void CountyBuilder::AddInstitution(const InstitutionSpec& spec) {
  // Younger than every organisation that may cover it.
  const std::string opened = FormatDate(absl::CivilDay(2005, 9, 1));
  {
    using namespace institution_columns;
    std::vector<std::string> row = FolderWriter::NewRow(FileKind::kInstitutions);
    row[kId] = spec.id;
    row[kTitle] = spec.title;
    row[kKind] = WordOf(InstitutionKindWords(), spec.kind);
    row[kOwnership] = spec.is_private ? "民办" : "公办";
    row[kPlace] = WordOf(PlaceWords(), spec.place);
    row[kParent] = spec.parent;
    // A teaching point is part of its school and has no code of its own.
    if (spec.parent.empty()) row[kCreditCode] = SchoolCreditCode(++schools_, spec.is_private);
    row[kKeeper] = spec.keeper;
    row[kOpened] = opened;
    writer_->Add(FileKind::kInstitutions, row);
  }
  // The counts of the last two autumns.
  const int last =
      today_ > absl::CivilDay(today_.year(), 9, 30) ? today_.year() : today_.year() - 1;
  for (const int year : {last - 1, last}) {
    using namespace head_count_columns;
    const auto then = [&](int now) { return absl::StrCat(year == last ? now : now + now / 40); };
    std::vector<std::string> row = FolderWriter::NewRow(FileKind::kHeadCounts);
    row[kInstitution] = spec.id;
    row[kDate] = FormatDate(absl::CivilDay(year, 9, 30));
    row[kStaff] = then(spec.staff);
    row[kEstablishedPosts] = then(spec.is_private ? 0 : spec.staff + spec.staff / 25);
    row[kFullTimeTeachers] = then(spec.staff - spec.staff / 12);
    row[kStudents] = then(spec.students);
    if (spec.senior_students > 0) row[kSeniorStudents] = then(spec.senior_students);
    if (spec.adult_students > 0) row[kAdultStudents] = then(spec.adult_students);
    writer_->Add(FileKind::kHeadCounts, row);
  }
  if (IsSchool(spec.kind)) AddFacilities(spec);
  using namespace coverage_columns;
  std::vector<std::string> row = FolderWriter::NewRow(FileKind::kCoverages);
  row[kInstitution] = spec.id;
  row[kOrganisation] = spec.covered_by;
  row[kRung] = WordOf(CoverageRungWords(), spec.rung);
  row[kFrom] = opened;
  writer_->Add(FileKind::kCoverages, row);
}

// A room where members meet in all schools but one in twelve, and what else a county shows.
void CountyBuilder::AddFacilities(const InstitutionSpec& spec) {
  const int number = ++schools_with_facilities_;
  const auto add = [&](registry::v1::FacilityKind kind, const std::string& title,
                       const std::string& scheme = "") {
    using namespace facility_columns;
    std::vector<std::string> row = FolderWriter::NewRow(FileKind::kFacilities);
    row[kId] = absl::StrFormat("zd-%05d", ++facilities_);
    row[kInstitution] = spec.id;
    row[kKind] = WordOf(FacilityKindWords(), kind);
    row[kTitle] = title;
    row[kScheme] = scheme;
    row[kFrom] = FormatDate(absl::CivilDay(today_.year() - 4, 9, 1));
    writer_->Add(FileKind::kFacilities, row);
  };
  if (number % 12 != 0) add(registry::v1::FACILITY_KIND_ACTIVITY_ROOM, "党员活动室");
  add(registry::v1::FACILITY_KIND_NOTICE_BOARD, "党务公开栏");
  if (number % 3 == 0) add(registry::v1::FACILITY_KIND_LIBRARY, "党员图书角");
  if (number % 4 == 0) {
    add(registry::v1::FACILITY_KIND_BRAND, absl::StrCat("一校一品之", number / 4, "号品牌"));
  }
  if (number == 1) add(registry::v1::FACILITY_KIND_EXHIBITION_ROOM, "教育系统党建展室");
  if (number == 2) {
    add(registry::v1::FACILITY_KIND_MODEL_SCHOOL, "党建示范校", "示范校创建办法（示例）");
  }
}

// The last election: some time within the term, of a few longer ago.
void CountyBuilder::AddLastElection(const OrganisationSpec& spec) {
  const int number = ++elections_;
  const bool committee = spec.kind == type::v1::ORGANISATION_KIND_COMMITTEE;
  const absl::CivilDay held = today_ - 20 - (number * 53) % (committee ? 1700 : 1150);
  if (held.year() <= spec.established_year) return;
  using namespace election_columns;
  std::vector<std::string> row = FolderWriter::NewRow(FileKind::kElections);
  row[kId] = absl::StrFormat("hj-%05d", number);
  row[kOrganisation] = spec.id;
  row[kDate] = FormatDate(held);
  writer_->Add(FileKind::kElections, row);
}

void CountyBuilder::AddPost(absl::string_view seat, registry::v1::PostKind kind,
                            absl::string_view holder, int years) {
  using namespace post_columns;
  std::vector<std::string> row = FolderWriter::NewRow(FileKind::kPosts);
  row[kId] = absl::StrFormat("zw-%05d", ++posts_);
  row[kSeat] = std::string(seat);
  row[kKind] = WordOf(PostKindWords(), kind);
  row[kHolder] = std::string(holder);
  row[kFullTime] = "否";
  row[kFrom] = FormatDate(absl::CivilDay(today_.year() - years, 9, 1));
  writer_->Add(FileKind::kPosts, row);
}

std::string CountyBuilder::NewOutsider() { return absl::StrFormat("g%06d", ++outsiders_); }

void CountyBuilder::AddTransfer(absl::string_view person, absl::string_view to,
                                absl::string_view outside, int started, int issued, int received) {
  using namespace transfer_columns;  // NOLINT: the columns of one file
  std::vector<std::string> row = FolderWriter::NewRow(FileKind::kTransfers);
  row[kId] = absl::StrFormat("zj-%03d", ++transfers_);
  row[kPerson] = std::string(person);
  row[kTo] = std::string(to);
  row[kOutside] = std::string(outside);
  row[kReason] = "工作调动";
  row[kStarted] = FormatDate(today_ - started);
  if (issued >= 0) {
    row[kIssued] = FormatDate(today_ - issued);
    row[kPaidUntil] = row[kIssued].substr(0, 7);
  }
  if (received >= 0) row[kReceived] = FormatDate(today_ - received);
  writer_->Add(FileKind::kTransfers, row);
}

void CountyBuilder::AddQuotas(const std::vector<std::pair<std::string, int>>& chain) {
  using namespace quota_columns;  // NOLINT: the columns of one file
  for (int64_t year = today_.year() - 2; year <= today_.year(); ++year) {
    std::string from;
    for (const auto& [to, number] : chain) {
      std::vector<std::string> row = FolderWriter::NewRow(FileKind::kQuotas);
      row[kYear] = absl::StrCat(year);
      row[kFrom] = from;
      row[kTo] = to;
      row[kNumber] = absl::StrCat(number);
      row[kDocument] = absl::StrCat("组发〔", year, "〕", from.empty() ? 3 : 5, "号");
      writer_->Add(FileKind::kQuotas, row);
      from = to;
    }
  }
}

void CountyBuilder::AddFact(absl::string_view person, membership::v1::MembershipFactKind kind,
                            int days_ago, absl::string_view authority, absl::string_view article,
                            int until) {
  using namespace fact_columns;  // NOLINT: the columns of one file
  std::vector<std::string> row = FolderWriter::NewRow(FileKind::kFacts);
  row[kPerson] = std::string(person);
  row[kKind] = WordOf(FactKindWords(), kind);
  row[kDate] = FormatDate(today_ - days_ago);
  if (until > 0) row[kUntil] = FormatDate(today_ - days_ago + until);
  row[kAuthority] = std::string(authority);
  row[kArticle] = std::string(article);
  writer_->Add(FileKind::kFacts, row);
}

void CountyBuilder::TellStories(absl::string_view moved_to, membership::v1::PersonKind excepted) {
  turns_ = {Turn::kByException, Turn::kDoneAgain, Turn::kPostponed, Turn::kResumed};
  excepted_ = excepted;
  moved_to_ = std::string(moved_to);
}

Turn CountyBuilder::NextTurn(membership::v1::PersonKind kind) {
  const auto next = std::find_if(turns_.begin(), turns_.end(), [&](Turn turn) {
    return kind == (turn == Turn::kByException ? excepted_ : membership::v1::PERSON_KIND_TEACHER);
  });
  if (next == turns_.end()) return Turn::kNone;
  const Turn turn = *next;
  turns_.erase(next);
  return turn;
}

void CountyBuilder::AddCaseEvent(const std::string& person, membership::v1::CaseEventKind kind,
                                 absl::CivilDay date,
                                 const std::vector<std::pair<int, std::string>>& more) {
  using namespace case_event_columns;  // NOLINT: the columns of one file
  std::vector<std::string> row = FolderWriter::NewRow(FileKind::kCaseEvents);
  row[kCase] = absl::StrCat(person, "/c1");
  row[kKind] = WordOf(CaseEventKindWords(), kind);
  row[kDate] = FormatDate(date);
  for (const auto& [column, value] : more) row[static_cast<size_t>(column)] = value;
  writer_->Add(FileKind::kCaseEvents, row);
}

void CountyBuilder::AddCaseEvents() {
  using namespace case_event_columns;  // NOLINT: the columns of one file
  if (!moved_.empty()) AddTransfer(moved_, moved_to_, "", kMoveStarted, kMoveIssued, kMoved);
  if (activists_.size() < 2) return;
  AddCaseEvent(activists_[0].first, membership::v1::CASE_EVENT_KIND_PAUSED, today_);
  AddCaseEvent(activists_[1].first, membership::v1::CASE_EVENT_KIND_VOIDED, today_,
               {{kFromStep, absl::StrCat(activists_[1].second)}, {kReason, "第十一条"}});
}

void CountyBuilder::AddCommittee(absl::string_view organisation, const MemberIds& members) {
  if (members.empty()) return;
  AddPost(organisation, registry::v1::POST_KIND_SECRETARY, members[0]);
  if (members.size() < 7) return;
  AddPost(organisation, registry::v1::POST_KIND_ORGANISATION_COMMISSIONER, members[1]);
  AddPost(organisation, registry::v1::POST_KIND_PUBLICITY_COMMISSIONER, members[2]);
  AddPost(organisation, registry::v1::POST_KIND_DISCIPLINE_COMMISSIONER, members[3]);
}

MemberIds CountyBuilder::AddBranch(const BranchSpec& spec) {
  MemberIds members;
  std::vector<Attendee> attendees;
  for (int i = 0; i < spec.teachers; ++i) {
    // The first are there since the books were opened: contacts and introducers are among them.
    members.push_back(AddOldMember(spec, membership::v1::PERSON_KIND_TEACHER, i < 6));
  }
  for (int i = 0; i < spec.retired; ++i) {
    members.push_back(AddOldMember(spec, membership::v1::PERSON_KIND_RETIRED, true));
  }
  for (const std::string& id : members) attendees.push_back({id, books_opened_, kNoEnd});

  using membership::v1::PERSON_KIND_STUDENT;
  using membership::v1::PERSON_KIND_TEACHER;
  const struct {
    int count;
    membership::v1::PersonKind kind;
    Progress progress;
  } kGroups[] = {
      {spec.teacher_admissions, PERSON_KIND_TEACHER, Progress::kAdmitted},
      {spec.student_admissions, PERSON_KIND_STUDENT, Progress::kAdmitted},
      {spec.teacher_objects, PERSON_KIND_TEACHER, Progress::kObject},
      {spec.student_objects, PERSON_KIND_STUDENT, Progress::kObject},
      {spec.teacher_activists, PERSON_KIND_TEACHER, Progress::kActivist},
      {spec.student_activists, PERSON_KIND_STUDENT, Progress::kActivist},
      {spec.teacher_applicants, PERSON_KIND_TEACHER, Progress::kApplicant},
      {spec.student_applicants, PERSON_KIND_STUDENT, Progress::kApplicant},
  };
  for (const auto& group : kGroups) {
    for (int i = 0; i < group.count; ++i) {
      AddOnTheWay(spec, group.kind, group.progress, members, &attendees);
    }
  }
  AddActivities(spec, attendees);
  return members;
}

std::string CountyBuilder::AddPerson(const BranchSpec& spec, const Person& person,
                                     absl::CivilDay joined_on, absl::CivilDay full_member_on) {
  using namespace person_columns;
  const Sex sex = people_.AnySex();
  std::vector<std::string> row = FolderWriter::NewRow(FileKind::kPersons);
  row[kId] = absl::StrFormat("p%06d", ++persons_);
  row[kOrganisation] = spec.organisation;
  row[kName] = people_.Name(sex);
  row[kIdNumber] = people_.IdNumber(person.birth, sex);
  row[kSex] = sex == Sex::kMale ? "男" : "女";
  row[kNationality] = people_.Nationality();
  row[kKind] = WordOf(PersonKindWords(), person.kind);
  if (!spec.institutions.empty()) {
    row[kInstitution] =
        spec.institutions[static_cast<size_t>(++institution_turn_) % spec.institutions.size()];
  }
  row[kRegisteredOn] = FormatDate(person.registered_on);
  if (joined_on != kNoEnd) {
    row[kOpeningStage] = "正式党员";
    row[kJoinedOn] = FormatDate(joined_on);
    row[kFullMemberOn] = FormatDate(full_member_on);
  }
  writer_->Add(FileKind::kPersons, row);
  return row[kId];
}

// Joined at 20 to 38, four years ago at least: nobody's admission in any recent period.
std::string CountyBuilder::AddOldMember(const BranchSpec& spec, membership::v1::PersonKind kind,
                                        bool long_ago) {
  const bool retired = kind == membership::v1::PERSON_KIND_RETIRED;
  const int age = retired ? dice_.Between(60, 82) : dice_.Between(long_ago ? 38 : 26, 58);
  Person person;
  person.kind = kind;
  person.birth = AddYears(today_, -age) - dice_.Between(1, 360);
  const absl::CivilDay latest = AddYears(long_ago ? books_opened_ : AddYears(today_, -3), -1) - 130;
  absl::CivilDay joined = AddYears(person.birth, dice_.Between(20, 38)) + dice_.Between(0, 364);
  if (joined > latest) joined = latest - dice_.Between(0, 300);
  joined = std::max(joined, AddYears(person.birth, 18) + 30);
  const absl::CivilDay full = AddYears(joined, 1);
  // Who was a member before came from elsewhere, a while later, but before every meeting that is
  // planned: who may vote there is counted from the books.
  person.registered_on = full <= books_opened_ ? books_opened_ : full + dice_.Between(10, 60);
  return AddPerson(spec, person, joined, full);
}

void CountyBuilder::AddOnTheWay(const BranchSpec& spec, membership::v1::PersonKind kind,
                                Progress progress, const MemberIds& members,
                                std::vector<Attendee>* attendees) {
  const bool student = kind == membership::v1::PERSON_KIND_STUDENT;
  const int days = static_cast<int>(today_ - AddMonths(today_, -spec.admission_months));
  // Well within the period, whatever few days the plan is off.
  absl::CivilDay anchor = today_ - dice_.Between(10, days - 10);
  Way way;
  if (progress == Progress::kAdmitted) way.turn = NextTurn(kind);
  if (way.turn == Turn::kDoneAgain) anchor = today_ - kDoneAgainAgo;
  if (way.turn == Turn::kPostponed) anchor = today_ - kPostponedAgo;
  way.steps = PlanHistory(progress, anchor, student ? 240 : 900, today_, &dice_);
  if (way.turn == Turn::kDoneAgain) ApproveAgain(&way.steps, &way.voided_on);
  if (way.turn == Turn::kPostponed) EndBeforeConversion(&way.steps);
  if (way.turn == Turn::kResumed) Pause(&way.steps, &way.paused_on, &way.resumed_on);
  Person person;
  person.kind = kind;
  person.registered_on = way.steps[0].date;
  const int years = student ? 18 : dice_.Between(23, 40);
  person.birth = AddYears(way.steps[0].date, -years) - dice_.Between(1, student ? 200 : 360);
  way.person = AddPerson(spec, person, kNoEnd, kNoEnd);
  AddSteps(spec, way, members);
  if (way.turn == Turn::kResumed) {
    AddCaseEvent(way.person, membership::v1::CASE_EVENT_KIND_PAUSED, way.paused_on);
    AddCaseEvent(way.person, membership::v1::CASE_EVENT_KIND_RESUMED, way.resumed_on);
  }
  if (progress != Progress::kAdmitted) return;
  const absl::CivilDay meeting = DateOf(way.steps, 15);
  const bool moves = way.turn == Turn::kPostponed;
  attendees->push_back({way.person, meeting + 1, moves ? today_ - kMoved : kNoEnd});
  if (!moves) return;
  moved_ = way.person;
  AddCaseEvent(
      way.person, membership::v1::CASE_EVENT_KIND_POSTPONED, today_,
      {{case_event_columns::kUntil, FormatDate(AddMonths(AddYears(meeting, 1), kPostponedMonths))},
       {case_event_columns::kReason, "第三十六条"}});
}

}  // namespace zhibu::cli
