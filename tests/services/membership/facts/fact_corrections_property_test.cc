// Random facts of two persons: recorded rightly of the one, with mistakes that are put right of the
// other. In the end, and whenever nothing is left to be put right, the two are alike.

#include <random>

#include "services/membership/rules/fact_kinds.h"
#include "tests/services/membership/books/fold.h"
#include "tests/services/membership/world.h"

namespace zhibu::membership {
namespace {

using absl::CivilDay;
using Stub = v1::MembershipFactService::Stub;
using Kind = v1::MembershipFactKind;

constexpr char kRight[] = "persons/right", kWrong[] = "persons/wrong";
constexpr int kAttempts = 120;

class CorrectionsPropertyTest : public ::testing::TestWithParam<int> {
 protected:
  CorrectionsPropertyTest() : random_(GetParam()) {
    for (const char* id : {"right", "wrong"}) {
      EXPECT_TRUE(world_.CreateMember(id, kBranch).ok());
    }
  }

  int Below(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }

  v1::MembershipFact Some(CivilDay from, bool may_end) {
    v1::MembershipFact fact;
    Kind kind = static_cast<Kind>(1 + Below(v1::MembershipFactKind_MAX));
    if (!may_end && EndsMembership(kind)) {
      kind = Below(2) == 0 ? v1::MEMBERSHIP_FACT_KIND_STOPPED : v1::MEMBERSHIP_FACT_KIND_RESTORED;
    }
    fact.set_kind(kind);
    const CivilDay day = from + Below(4) * Below(90);
    *fact.mutable_date() = ToProto(day);
    if (kind == v1::MEMBERSHIP_FACT_KIND_CORRECTION_BEGUN) {
      *fact.mutable_until() = ToProto(day + 1 + Below(400));
    }
    if (Below(4) > 0) fact.set_authority(kCounty);
    if (Below(3) > 0) fact.set_article(Below(2) == 0 ? "第二十四条" : "第三十一条第一款");
    if (Below(3) == 0) fact.set_document_number(absl::StrCat("组〔", Below(9), "〕号"));
    return fact;
  }

  absl::Status Record(const std::string& person, const v1::MembershipFact& fact,
                      bool validate_only = false) {
    v1::RecordMembershipFactRequest request;
    request.set_name(person);
    request.set_etag(world_.Person(person).etag());
    request.set_request_id(world_.NextRequestId());
    request.set_validate_only(validate_only);
    *request.mutable_fact() = fact;
    return world_.Fact(request);
  }
  int LastNumber(const std::string& person) {
    int last = 0;
    const v1::Person read = world_.Person(person);
    for (const v1::MembershipFact& fact : read.facts()) {
      last = std::max(last, static_cast<int>(fact.sequence()));
    }
    return last;
  }

  // What was recorded of kWrong and is not so; `should` unset: it never was.
  struct Mistake {
    int sequence = 0;
    std::optional<v1::MembershipFact> should;
  };
  void PutRight() {
    if (!mistake_) return;
    v1::CorrectMembershipFactRequest request;
    v1::CorrectMembershipFactResponse response;
    request.set_name(kWrong);
    request.set_etag(world_.Person(kWrong).etag());
    request.set_request_id(world_.NextRequestId());
    request.mutable_correction()->set_reason("误录");
    if (mistake_->should) {
      *request.mutable_fact() = *mistake_->should;
      for (const char* path :
           {"kind", "date", "until", "authority", "article", "document_number"}) {
        request.mutable_update_mask()->add_paths(path);
      }
    } else {
      request.set_withdraw(true);
    }
    request.mutable_fact()->set_sequence(mistake_->sequence);
    mistake_.reset();
    auto stub = v1::MembershipFactService::NewStub(world_.channel());
    const absl::Status status = Invoke(&Stub::CorrectMembershipFact, *stub, request, &response);
    ASSERT_TRUE(status.ok()) << status << request.DebugString()
                             << world_.Person(kWrong).DebugString();
    ++corrected_;
  }
  // All that is shown of a person on a day but who it is and how it came to be recorded.
  std::string Seen(const std::string& name, CivilDay day) {
    v1::Person person = world_.Person(name, day);
    person.clear_name();
    person.clear_id_number();
    person.clear_sex();
    person.clear_etag();
    person.clear_corrections();
    for (v1::MembershipFact& fact : *person.mutable_facts()) fact.clear_sequence();
    return person.DebugString();
  }
  std::vector<std::string> DueOf(const std::string& name) {
    std::vector<std::string> items;
    for (v1::DueItem& item : world_.Due(CivilDay(2199, 1, 1))) {
      if (item.person() != name) continue;
      item.clear_person();
      items.push_back(item.DebugString());
    }
    return items;
  }
  void ExpectAlike() {
    for (int i = 0; i < 6; ++i) {
      const CivilDay day = i == 0 ? kToday : CivilDay(2014, 1, 1) + Below(8300);
      EXPECT_EQ(Seen(kWrong, day), Seen(kRight, day)) << FormatDate(day);
    }
    EXPECT_EQ(DueOf(kWrong), DueOf(kRight));
  }

  // Records of kWrong something else than the fact, where that is possible at all.
  void RecordWrongly(const v1::MembershipFact& fact) {
    v1::MembershipFact other = fact;
    const CivilDay day = FromProto(fact.date()).value();
    switch (Below(4)) {
      case 0:
        *other.mutable_date() = ToProto(Below(2) == 0 ? day - 1 - Below(60) : day + 1 + Below(60));
        break;
      case 1:
        other = Some(day, true);
        break;
      case 2:
        other.set_article("第九条");
        other.set_document_number("n");
        break;
      default:
        // One too many, before it.
        other = Some(day, true);
        if (!Record(kWrong, other).ok()) break;
        mistake_ = Mistake{LastNumber(kWrong), std::nullopt};
        if (Record(kWrong, fact).ok()) return;
        PutRight();
        break;
    }
    if (HasFatalFailure()) return;
    const bool same = other.SerializeAsString() == fact.SerializeAsString();
    if (same || !Record(kWrong, other).ok()) {
      ASSERT_TRUE(Record(kWrong, fact).ok());
      return;
    }
    mistake_ = Mistake{LastNumber(kWrong), fact};
  }

  std::mt19937 random_;
  World world_;
  std::optional<Mistake> mistake_;
  int corrected_ = 0;
};

TEST_P(CorrectionsPropertyTest, WhatWasPutRightIsAsIfItHadBeenRecordedSo) {
  CivilDay last(2014, 6, 1);
  int recorded = 0;
  for (int i = 0; i < kAttempts && !HasFatalFailure(); ++i) {
    // What ends a membership ends the test.
    const v1::MembershipFact fact = Some(last, recorded > 12);
    if (!Record(kRight, fact, true).ok()) continue;
    if (mistake_ && (Below(4) == 0 || !Record(kWrong, fact, true).ok())) {
      PutRight();
      if (HasFatalFailure()) return;
      ExpectAlike();
    }
    ASSERT_TRUE(Record(kRight, fact).ok());
    ++recorded;
    last = FromProto(fact.date()).value();
    if (!mistake_ && Below(2) == 0) {
      RecordWrongly(fact);
    } else {
      const absl::Status status = Record(kWrong, fact);
      ASSERT_TRUE(status.ok()) << status << fact.DebugString();
    }
  }
  PutRight();
  ExpectAlike();
  EXPECT_GT(recorded, 8);
  EXPECT_GT(corrected_, 0);
  const auto snapshot = world_.server().store().TakeSnapshot();
  EXPECT_EQ(Folded(world_, *snapshot) == Dump(*snapshot, kFirstTable), true);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CorrectionsPropertyTest, ::testing::Range(0, 12));

}  // namespace
}  // namespace zhibu::membership
