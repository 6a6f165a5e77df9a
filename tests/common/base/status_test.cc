#include "common/base/status.h"

#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"

namespace zhibu {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

template <typename Detail>
std::optional<Detail> Find(const google::rpc::Status& status) {
  for (const auto& any : status.details()) {
    Detail detail;
    if (any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

Violation TooEarly() {
  Violation violation;
  violation.reason = "ACTIVIST_PERIOD_TOO_SHORT";
  violation.subject = "persons/p-1";
  violation.message = "培养考察不满一年";
  violation.code = "D03";
  violation.citation.set_document("中国共产党发展党员工作细则");
  violation.citation.set_article("第十条");
  violation.citation.set_mark(type::v1::MARK_CONFIRMED);
  violation.earliest = absl::CivilDay(2027, 3, 1);
  return violation;
}

Violation Form(const std::string& subject, const std::string& message = "必填") {
  return {"FIELD_REQUIRED", subject, message, "", {}, std::nullopt};
}

// As it travels.
absl::Status OverTheWire(const absl::Status& status, size_t max_bytes = 6000) {
  google::rpc::Status rpc;
  rpc.ParseFromString(ToRpcStatus(status, "membership", max_bytes).SerializeAsString());
  return FromRpcStatus(rpc);
}

TEST(Violations, KeepTheirOrderAndTakeTheirRule) {
  Violations found;
  EXPECT_TRUE(found.empty());
  EXPECT_TRUE(found.MalformedUnlessEmpty().ok());
  EXPECT_TRUE(found.RefusedUnlessEmpty().ok());
  const Violation early = TooEarly();
  found.Add(early.reason, early.subject, early.message)
      .Code("D03")
      .Cite(early.citation)
      .Earliest(absl::CivilDay(2027, 3, 1));
  found.Require(true, "NEVER", "x", "");
  found.Require(false, "FIELD_REQUIRED", "x", "必填");
  found.Append({Form("y")});
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(ToFinding(found[0]).SerializeAsString(), ToFinding(early).SerializeAsString());
  EXPECT_EQ(found[1].subject, "x");
  EXPECT_EQ(found.back().subject, "y");
  EXPECT_EQ(found.RefusedUnlessEmpty().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(found.MalformedUnlessEmpty().code(), absl::StatusCode::kInvalidArgument);
  for (const absl::Status& status : {found.RefusedUnlessEmpty(), Malformed(found)}) {
    EXPECT_THAT(ReasonsOf(status),
                ElementsAre("ACTIVIST_PERIOD_TOO_SHORT", "FIELD_REQUIRED", "FIELD_REQUIRED"));
  }
  EXPECT_EQ(std::move(found).Take().size(), 3u);
}

TEST(Violations, PutTheirPrefixBeforeEverySubject) {
  for (const char* prefix : {"requests[3]", "requests[3]."}) {
    Violations found(prefix);
    found.Add("A", "person.title", "");
    found.Add("B", "", "");
    found.Add(Form("persons/p"));
    std::vector<std::string> subjects;
    for (const Violation& violation : found) subjects.push_back(violation.subject);
    EXPECT_THAT(subjects, ElementsAre("requests[3].person.title", "requests[3]", "persons/p"));
  }
  Violations links("links");
  links.Add("C", "[2]", "");
  Violations all;
  all.AppendAt("transfer", links);
  all.AppendAt("", {Form("z")});
  EXPECT_EQ(all[0].subject, "transfer.links[2]");
  EXPECT_EQ(all[1].subject, "z");
}

TEST(Malformed, NamesEveryFieldAtFault) {
  const absl::Status status = Malformed({Form("a.b"), Form("c", "太长")});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "必填；太长");
  const google::rpc::Status rpc = ToRpcStatus(status, "membership");
  const auto bad = Find<google::rpc::BadRequest>(rpc);
  ASSERT_TRUE(bad);
  ASSERT_EQ(bad->field_violations_size(), 2);
  EXPECT_EQ(bad->field_violations(0).field(), "a.b");
  EXPECT_EQ(bad->field_violations(1).description(), "FIELD_REQUIRED: 太长");
  EXPECT_FALSE(Find<google::rpc::PreconditionFailure>(rpc));
}

TEST(Refused, CarriesEveryUnmetConditionWithItsRule) {
  const google::rpc::Status rpc = ToRpcStatus(Refused({TooEarly(), Form("x")}), "membership");
  EXPECT_EQ(rpc.code(), static_cast<int>(absl::StatusCode::kFailedPrecondition));
  const auto failure = Find<google::rpc::PreconditionFailure>(rpc);
  ASSERT_TRUE(failure);
  ASSERT_EQ(failure->violations_size(), 2);
  EXPECT_EQ(failure->violations(0).type(), "ACTIVIST_PERIOD_TOO_SHORT");
  EXPECT_EQ(failure->violations(0).subject(), "persons/p-1");
  const auto info = Find<google::rpc::ErrorInfo>(rpc);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->reason(), "ACTIVIST_PERIOD_TOO_SHORT");
  EXPECT_EQ(info->domain(), "membership.zhibu");
  EXPECT_EQ(info->metadata().at("code"), "D03");
  EXPECT_EQ(info->metadata().at("article"), "第十条");
  EXPECT_EQ(info->metadata().at("mark"), "MARK_CONFIRMED");
  EXPECT_EQ(info->metadata().at("earliest"), "2027-03-01");
  const auto localized = Find<google::rpc::LocalizedMessage>(rpc);
  ASSERT_TRUE(localized);
  EXPECT_EQ(localized->locale(), "zh-CN");
  EXPECT_EQ(localized->message(), "培养考察不满一年；必填");
}

TEST(Refused, ComesBackWholeFromTheWire) {
  const absl::Status status = OverTheWire(Refused({TooEarly(), Form("x")}));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(status), "ACTIVIST_PERIOD_TOO_SHORT");
  EXPECT_THAT(ReasonsOf(status), ElementsAre("ACTIVIST_PERIOD_TOO_SHORT", "FIELD_REQUIRED"));
  const auto findings = FindingsOf(status);
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].SerializeAsString(), ToFinding(TooEarly()).SerializeAsString());
  EXPECT_EQ(FromProto(findings[0].earliest()).value(), absl::CivilDay(2027, 3, 1));
  EXPECT_FALSE(findings[1].has_citation());
  EXPECT_FALSE(findings[1].has_earliest());
}

TEST(Failures, HaveTheirCodesReasonsAndMessages) {
  const struct {
    absl::Status status;
    absl::StatusCode code;
    const char* reason;
  } cases[] = {
      {NotFound("organisations/x"), absl::StatusCode::kNotFound, "NOT_FOUND"},
      {AlreadyExists("organisations/x", "ORGANISATION_EXISTS"), absl::StatusCode::kAlreadyExists,
       "ORGANISATION_EXISTS"},
      {StaleEtag("organisations/x"), absl::StatusCode::kAborted, "ETAG_STALE"},
      {Failure(absl::StatusCode::kInternal, "INTERNAL", "服务内部错误"),
       absl::StatusCode::kInternal, "INTERNAL"},
  };
  for (const auto& expected : cases) {
    const absl::Status status = OverTheWire(expected.status);
    EXPECT_EQ(status.code(), expected.code);
    EXPECT_EQ(ReasonOf(status), expected.reason);
    EXPECT_THAT(ReasonsOf(status), ElementsAre(expected.reason));
    EXPECT_EQ(Find<google::rpc::LocalizedMessage>(ToRpcStatus(status, "registry"))->message(),
              std::string(expected.status.message()));
  }
}

// As a program reads a refusal about one resource: its type, its name, and the finding's subject.
std::vector<std::string> ResourceOf(const absl::Status& status) {
  const google::rpc::Status rpc = ToRpcStatus(status, "registry");
  const auto info = Find<google::rpc::ResourceInfo>(rpc);
  const auto findings = Find<type::v1::Findings>(rpc);
  if (!info || !findings || findings->findings_size() != 1) return {};
  EXPECT_EQ(findings->findings(0).reason(), ReasonOf(status));
  EXPECT_EQ(findings->findings(0).message(), std::string(status.message()));
  return {info->resource_type(), info->resource_name(), findings->findings(0).subject()};
}

TEST(ResourceFailures, NameTheResourceAndTheFieldThatNamedIt) {
  EXPECT_THAT(ResourceOf(NotFound("persons/p/cases/c")),
              ElementsAre("cases", "persons/p/cases/c", "persons/p/cases/c"));
  EXPECT_THAT(ResourceOf(NotFound("persons/p", "names[2]")),
              ElementsAre("persons", "persons/p", "names[2]"));
  EXPECT_THAT(ResourceOf(NotFound("a code")), ElementsAre("", "a code", "a code"));
  EXPECT_THAT(ResourceOf(AlreadyExists("posts/p", "POST_EXISTS", "requests[1].post_id")),
              ElementsAre("posts", "posts/p", "requests[1].post_id"));
  EXPECT_THAT(ResourceOf(StaleEtag("posts/p")), ElementsAre("posts", "posts/p", "etag"));
}

TEST(RequireEtag, AsksForThePresentOneAndDoesNotTellIt) {
  EXPECT_TRUE(RequireEtag("12", 12, "posts/p").ok());
  const absl::Status missing = RequireEtag("", 12, "posts/p", "person_etag");
  EXPECT_EQ(missing.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(missing), "ETAG_REQUIRED");
  EXPECT_EQ(FindingsOf(missing)[0].subject(), "person_etag");
  for (const char* other : {"11", "012", "12 ", "x"}) {
    const absl::Status stale = RequireEtag(other, 12, "persons/p/cases/c", "cases[1].etag");
    EXPECT_EQ(stale.code(), absl::StatusCode::kAborted) << other;
    EXPECT_EQ(ReasonOf(stale), "ETAG_STALE");
    EXPECT_THAT(ResourceOf(stale), ElementsAre("cases", "persons/p/cases/c", "cases[1].etag"));
    EXPECT_THAT(Find<google::rpc::ErrorInfo>(ToRpcStatus(stale, "membership"))->metadata(),
                IsEmpty());
  }
  EXPECT_TRUE(RequireEtag("", std::nullopt, "posts/p").ok()) << "not there yet";
  EXPECT_EQ(ReasonOf(RequireEtag("0", std::nullopt, "posts/p")), "ETAG_STALE");
  Violations wrong;
  RequireEtagGiven("12", wrong);
  EXPECT_TRUE(wrong.empty());
  RequireEtagGiven("", wrong);
  EXPECT_EQ(wrong.MalformedUnlessEmpty(), RequireEtag("", 12, "posts/p"));
}

TEST(RetryLater, SaysWhen) {
  const auto retry = Find<google::rpc::RetryInfo>(ToRpcStatus(
      RetryLater(absl::StatusCode::kResourceExhausted, "BUSY", "服务繁忙", 1250), "registry"));
  ASSERT_TRUE(retry);
  EXPECT_EQ(retry->retry_delay().seconds(), 1);
  EXPECT_EQ(retry->retry_delay().nanos(), 250000000);
}

TEST(PlainStatus, HasNoReasonsAndStillTravels) {
  const absl::Status status = OverTheWire(absl::UnavailableError("gone"));
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "gone");
  EXPECT_EQ(ReasonOf(status), "");
  EXPECT_THAT(ReasonsOf(status), IsEmpty());
}

TEST(ToRpcStatus, LeavesOutTheLastFindingsAndCountsThem) {
  std::vector<Violation> violations;
  for (int i = 0; i < 1000; ++i) {
    violations.push_back(Form(absl::StrCat("requests[", i, "].title"), "名称必填，请填写"));
  }
  for (const absl::Status& status : {Malformed(violations), Refused(violations)}) {
    for (size_t max_bytes : {1500, 6000, 60000}) {
      const google::rpc::Status rpc = ToRpcStatus(status, "registry", max_bytes);
      EXPECT_LE(rpc.ByteSizeLong(), max_bytes);
      const auto findings = Find<type::v1::Findings>(rpc);
      ASSERT_TRUE(findings);
      ASSERT_GE(findings->findings_size(), 1);
      EXPECT_LT(findings->findings_size(), 1000);
      EXPECT_EQ(findings->findings_size() + findings->omitted(), 1000);
      for (int i = 0; i < findings->findings_size(); ++i) {
        EXPECT_EQ(findings->findings(i).subject(), absl::StrCat("requests[", i, "].title"));
      }
      EXPECT_EQ(Find<google::rpc::ErrorInfo>(rpc)->reason(), "FIELD_REQUIRED");
    }
  }
}

TEST(ToRpcStatus, FitsEvenWhereTheFirstFindingAloneIsTooLong) {
  std::string essay;
  while (essay.size() < 20000) essay += "长";
  const absl::Status status = Refused({Form("x", essay), Form("y")});
  const google::rpc::Status rpc = ToRpcStatus(status, "registry", 6000);
  EXPECT_LE(rpc.ByteSizeLong(), 6000u);
  EXPECT_EQ(ReasonOf(FromRpcStatus(rpc)), "FIELD_REQUIRED");
  EXPECT_EQ(FindingsOf(FromRpcStatus(rpc)).size(), 2u);
  // A subject is not shortened, since half a path points elsewhere: then the reason alone is left.
  const google::rpc::Status bare = ToRpcStatus(Refused({Form(essay)}), "registry", 6000);
  EXPECT_LE(bare.ByteSizeLong(), 6000u);
  EXPECT_EQ(ReasonOf(FromRpcStatus(bare)), "FIELD_REQUIRED");
}

bool IsUtf8(const std::string& text) {
  google::rpc::LocalizedMessage message;
  message.set_message(text);
  // proto3 refuses a string that is not UTF-8 when it parses.
  return google::rpc::LocalizedMessage().ParseFromString(message.SerializeAsString());
}

TEST(ToRpcStatus, DoesNotCutTheMessageInsideACharacter) {
  for (int shift = 0; shift < 4; ++shift) {
    std::string text(shift, 'x');
    while (text.size() < 2000) text += "支";
    const google::rpc::Status rpc =
        ToRpcStatus(Failure(absl::StatusCode::kInternal, "INTERNAL", text), "registry", 1500);
    EXPECT_TRUE(IsUtf8(rpc.message())) << shift;
    EXPECT_LE(rpc.message().size(), 604u);
    EXPECT_GE(rpc.message().size(), 590u);
    EXPECT_EQ(rpc.message().substr(0, 500), text.substr(0, 500));
    EXPECT_TRUE(IsUtf8(Find<google::rpc::LocalizedMessage>(rpc)->message()));
  }
}

TEST(ReturnIfError, AndAssignOrReturnGoOnWithAValueOnly) {
  auto half = [](int n) -> absl::StatusOr<int> {
    if (n % 2 != 0) return absl::InvalidArgumentError("odd");
    return n / 2;
  };
  auto quarter = [&](int n) -> absl::StatusOr<int> {
    ZHIBU_ASSIGN_OR_RETURN(const int once, half(n));
    ZHIBU_RETURN_IF_ERROR(half(once).status());
    return once / 2;
  };
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_FALSE(quarter(3).ok());
  EXPECT_FALSE(quarter(6).ok());
}

}  // namespace
}  // namespace zhibu
