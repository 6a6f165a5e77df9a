#include "tests/services/membership/rules/naive_words.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "common/base/file.h"
#include "common/base/resource_name.h"
#include "google/protobuf/text_format.h"
#include "services/membership/data/calendar.pb.h"

namespace zhibu::membership::naive {
namespace {

ChainNode NodeOf(const Body& body) {
  using namespace type::v1;
  ChainNode node;
  node.id = IdOf(kOrganisations, body.name).value();
  switch (body.kind) {
    case Body::kCommittee:
      node.kind = ORGANISATION_KIND_COMMITTEE;
      break;
    case Body::kWorkCommittee:
      node.kind = ORGANISATION_KIND_WORK_COMMITTEE;
      break;
    case Body::kGeneralBranch:
      node.kind = ORGANISATION_KIND_GENERAL_BRANCH;
      break;
    case Body::kBranch:
      node.kind = ORGANISATION_KIND_BRANCH;
      break;
    case Body::kTemporaryBranch:
      node.kind = ORGANISATION_KIND_TEMPORARY_BRANCH;
      break;
    case Body::kPartyGroup:
      node.kind = ORGANISATION_KIND_PARTY_GROUP;
      break;
  }
  if (body.kind == Body::kCommittee || body.kind == Body::kWorkCommittee) {
    node.level = body.of_county     ? COMMITTEE_LEVEL_COUNTY
                 : body.of_township ? COMMITTEE_LEVEL_TOWNSHIP
                                    : COMMITTEE_LEVEL_BASE;
  }
  return node;
}

}  // namespace

Upward UpwardOf(const std::vector<Body>& bodies) {
  Upward upward;
  for (const Body& body : bodies) upward.push_back(NodeOf(body));
  return upward;
}

ActingBody ActingBodyOf(const Happened& event, const Body& leader) {
  ActingBody acting;
  if (event.decided_by && !event.in_books) return acting;
  const ChainNode node = NodeOf(event.decided_by.value_or(leader));
  acting.id = node.id;
  acting.known = true;
  acting.there = event.existed;
  acting.kind = node.kind;
  acting.level = node.level;
  return acting;
}

v1::CaseEvent EventOf(const Happened& event) {
  v1::CaseEvent made;
  made.set_kind(static_cast<v1::CaseEventKind>(event.kind + 1));
  *made.mutable_date() = ToProto(event.on);
  if (event.decided_by) made.set_organisation(event.decided_by->name);
  if (event.document) made.set_document_number("1");
  made.set_reason("r");
  made.set_step_sequence(event.from);
  made.set_continuous(event.continuous);
  made.set_recorded_in_error(event.in_error);
  if (event.kind == Happened::kPostponed) *made.mutable_until() = ToProto(event.until);
  return made;
}

std::string Written(const Happened& event) {
  std::string text =
      absl::StrCat(v1::CaseEventKind_Name(static_cast<v1::CaseEventKind>(event.kind + 1)), " on ",
                   FormatDate(event.on));
  if (event.decided_by) {
    absl::StrAppend(&text, " by ", event.decided_by->name, event.in_books ? "" : "(outside)",
                    event.existed ? "" : "(not then)", event.document ? " by document" : "");
  }
  if (event.kind == Happened::kVoided)
    absl::StrAppend(&text, " from the ", event.from, event.in_error ? ". in error" : ".");
  if (event.continuous) absl::StrAppend(&text, " continuous");
  if (event.kind == Happened::kPostponed)
    absl::StrAppend(&text, " until ", FormatDate(event.until));
  return text;
}

std::string Written(const Move& move) {
  return absl::StrCat("from ", FormatDate(move.on), " at ", move.to->front().name,
                      move.transfer() ? "" : " instead of ", move.merged);
}

std::string Written(const Did& did) {
  std::string text =
      absl::StrCat(did.step, " on ", FormatDate(did.on), did.passed ? "" : " failed");
  if (did.step == 11) absl::StrAppend(&text, " ", did.days, "d ", did.hours, "h");
  if (did.step == 15 || did.step == 23) {
    const Ballot& vote = did.ballot;
    absl::StrAppend(&text, " ", vote.entitled, "/", vote.present, "+", vote.written, ":",
                    vote.in_favour, "-", vote.against, "-", vote.abstained);
  }
  if (did.step == 23) absl::StrAppend(&text, " outcome ", int(did.outcome), "/", did.months);
  if (did.notice_from) absl::StrAppend(&text, " notice from ", FormatDate(*did.notice_from));
  if (did.notice_to) absl::StrAppend(&text, " to ", FormatDate(*did.notice_to));
  if (did.leaving) absl::StrAppend(&text, " leaving ", FormatDate(*did.leaving));
  if (!did.by.empty()) absl::StrAppend(&text, " by ", did.by);
  for (const auto& [name, day] : did.deliberated) {
    absl::StrAppend(&text, " deliberated by ", name, " on ", FormatDate(day));
  }
  if (did.voters) absl::StrAppend(&text, " voters ", *did.voters, did.came_later > 0 ? "?" : "");
  if (did.quota_left) absl::StrAppend(&text, " quota ", *did.quota_left);
  if (did.excepted) absl::StrAppend(&text, " excepted");
  for (const Named& named : did.named) {
    absl::StrAppend(&text, " ", named.name, named.in_books ? "" : "(unknown)",
                    named.full_member ? "" : "(no member)", named.suspended ? "(suspended)" : "");
  }
  return text;
}

// The shipped calendars, read without the code that judges by them.
const Holidays& ShippedHolidays() {
  static const auto* const kHolidays = [] {
    auto* holidays = new Holidays();
    const auto day = [](const std::string& text) { return ParseDate(text).value(); };
    const std::string folder = ZHIBU_SOURCE_DIR "/services/membership/data/calendars";
    const auto files = ListFiles(folder, ".textproto");
    for (const std::string& file : *files) {
      rules::CalendarYear year;
      EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(ReadFile(file).value(), &year));
      for (const rules::Holiday& holiday : year.holidays()) {
        const Day last = day(holiday.to().empty() ? holiday.from() : holiday.to());
        for (Day one = day(holiday.from()); one <= last; ++one) holidays->off.insert(one);
      }
      for (const std::string& one : year.working()) holidays->worked.insert(day(one));
    }
    EXPECT_FALSE(holidays->off.empty());
    return holidays;
  }();
  return *kHolidays;
}

// The same step as the contract has it.
v1::Step StepOf(const Did& did) {
  v1::Step step;
  *step.mutable_date() = ToProto(did.on);
  const auto* field = v1::Step::descriptor()->FindFieldByNumber(did.step + 10);
  step.GetReflection()->MutableMessage(&step, field);
  step.set_organisation(did.by);
  if (did.excepted) {
    step.mutable_exception()->set_authority("organisations/county");
    step.mutable_exception()->set_document_number("1");
    step.mutable_exception()->set_reason("r");
  }
  v1::Vote* vote = nullptr;
  switch (did.step) {
    case 3:
      step.mutable_activist_determination()->set_recommended_by_members(true);
      break;
    case 5:
      for (const auto& one : did.named) step.mutable_contact_assignment()->add_contacts(one.name);
      break;
    case 7:
      if (did.notice_from) {
        *step.mutable_object_determination()->mutable_notice_from() = ToProto(*did.notice_from);
      }
      if (did.notice_to) {
        *step.mutable_object_determination()->mutable_notice_until() = ToProto(*did.notice_to);
      }
      break;
    case 9:
      for (const auto& one : did.named) {
        step.mutable_introducer_determination()->add_introducers(one.name);
      }
      break;
    case 10:
      step.mutable_political_review()->set_passed(did.passed);
      break;
    case 11:
      step.mutable_training()->set_passed(did.passed);
      step.mutable_training()->set_days(did.days);
      step.mutable_training()->set_class_hours(did.hours);
      break;
    case 12:
      step.mutable_branch_examination()->set_passed(did.passed);
      break;
    case 13:
      step.mutable_pre_review()->set_passed(did.passed);
      if (did.leaving) *step.mutable_pre_review()->mutable_leaving_on() = ToProto(*did.leaving);
      break;
    case 15:
      vote = step.mutable_admission_meeting()->mutable_vote();
      break;
    case 17:
      step.mutable_admission_approval()->set_approved(did.passed);
      for (const auto& [name, day] : did.deliberated) {
        v1::Deliberation& one = *step.mutable_admission_approval()->add_deliberations();
        one.set_organisation(name);
        *one.mutable_date() = ToProto(day);
      }
      break;
    case 23:
      vote = step.mutable_conversion_meeting()->mutable_vote();
      step.mutable_conversion_meeting()->set_outcome(
          static_cast<v1::ConversionOutcome>(static_cast<int>(did.outcome)));
      step.mutable_conversion_meeting()->set_extension_months(did.months);
      break;
    case 24:
      step.mutable_conversion_approval()->set_approved(did.passed);
      break;
    default:
      break;
  }
  if (vote != nullptr) {
    vote->set_entitled(did.ballot.entitled);
    vote->set_present(did.ballot.present);
    vote->set_written_opinions(did.ballot.written);
    vote->set_in_favour(did.ballot.in_favour);
    vote->set_against(did.ballot.against);
    vote->set_abstained(did.ballot.abstained);
  }
  return step;
}

}  // namespace zhibu::membership::naive
