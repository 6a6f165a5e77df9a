// Local overlays: from real files, over the rules that ship.
#include <algorithm>
#include <filesystem>

#include "common/base/crypto.h"
#include "common/base/file.h"
#include "tests/services/membership/world.h"
#include "zhibu/membership/v1/rule_service.grpc.pb.h"

namespace zhibu::membership {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kRules[] = ZHIBU_SOURCE_DIR "/services/membership/data/rulesets";
constexpr char kOverlays[] = ZHIBU_SOURCE_DIR "/tests/services/membership/data/overlays";
constexpr char kCase[] = "persons/li/cases/c";

std::string Bureau() { return ReadFile(absl::StrCat(kOverlays, "/bureau-2014.textproto")).value(); }
std::string Base() { return ReadFile(absl::StrCat(kRules, "/cpc-2014.textproto")).value(); }

// The text with its first `from` replaced.
std::string With(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

absl::StatusOr<std::unique_ptr<const RuleSet>> Merged(const std::string& overlay) {
  return ParseRuleSet(Base(), "base", {{"bureau-2014", "local", overlay}});
}
std::string Error(const std::string& overlay) {
  const auto set = Merged(overlay);
  EXPECT_EQ(set.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(set.status().message());
}
int LineOf(const std::string& text, const std::string& what) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + text.find(what), '\n'));
}

TEST(Overlay, ChangesItsRuleSetAndTheHash) {
  const RuleSets sets = LoadRuleSets({kRules, kOverlays, ""}).value();
  const RuleSet& changed = *sets.Find("cpc-2014");
  ASSERT_EQ(changed.overlays().size(), 1u);
  EXPECT_EQ(changed.overlays()[0].id, "bureau-2014");
  EXPECT_NE(changed.sha256(), Sha256Hex(Base()));
  EXPECT_NE(changed.sha256(), Merged(Bureau() + "\n").value()->sha256());
  EXPECT_NE(
      changed.sha256(),
      ParseRuleSet(Base() + "\n", "base", {{"bureau-2014", "local", Bureau()}}).value()->sha256());
  EXPECT_EQ(changed.sha256(), Merged(Bureau()).value()->sha256());
  const RuleSet& other = *sets.Find("cpc-2026");
  EXPECT_TRUE(other.overlays().empty());
  EXPECT_EQ(other.sha256(), ShippedRuleSets().Find("cpc-2026")->sha256());
}

struct Fault {
  const char* from;
  const char* to;
  const char* error;
  const char* at;  // the line that is named begins what has this
};

TEST(Overlay, NamesTheLineThatIsUnsound) {
  const Fault faults[] = {
      {"id: \"bureau-2014\"", "id: \"Bureau\"", "id is not", "id:"},
      {"title: \"某县教育局党委补充规定\"", "title: \"\"", "title is empty", "title:"},
      {"severity: REFUSE", "severe: REFUSE", "severe", "severe"},
      {"reason: \"APPLICANT_PERIOD_TOO_SHORT\"", "reason: \"AGE_BELOW_MINIMUM\"",
       "an earlier rule has this reason", "rules {"},
      {"code: \"L01\"", "code: \"L01\" overlay: \"x\"", "overlay is not said in a file", "rules {"},
      {"months: 6", "months: 0", "months is not 1 to 120", "rules {"},
      {"{earliest}", "{due}", "message has {due}", "rules {"},
      {"verified_on: \"2026-01-05\"", "", "MARK_CONFIRMED", "rules {"},
      {"mark: MARK_SECONDARY", "mark: MARK_UNCONFIRMED", "MARK_CONFIRMED", "rules {"},
      {"reason: \"NOTICE_TOO_SHORT\"", "reason: \"NOTICE\"", "has no such rule", "replaces {"},
      {"reason: \"NOTICE_TOO_SHORT\"", "reason: \"EARLIER_STEP_MISSING\"",
       "the order of steps is not replaced", "replaces {"},
      {"reason: \"NOTICE_TOO_SHORT\"", "reason: \"NOTICE_TOO_SHORT\" months: 3",
       "its condition has no months", "replaces {"},
      {"reason: \"NOTICE_TOO_SHORT\"", "reason: \"TALK_LATE\" working_days: 3",
       "its condition has no working_days", "replaces {"},
      {"after: [STEP_KIND_ADMISSION_APPROVAL", "after: [STEP_KIND_UNSPECIFIED", "does not exist",
       "dues {"},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.to);
    const std::string text = With(Bureau(), fault.from, fault.to);
    EXPECT_THAT(Error(text), AllOf(StartsWith(absl::StrCat("local:", LineOf(text, fault.at), ": ")),
                                   HasSubstr(fault.error)));
  }
}

// An overlay with this replacement alone.
std::string Replacing(const std::string& replacement, bool cited) {
  return absl::StrCat("id: \"x\" title: \"补充规定\" changes: \"cpc-2014\" replaces { ",
                      replacement,
                      cited ? " citation { document: \"补充规定\" mark: MARK_SECONDARY "
                              "verified_on: \"2026-01-05\" }"
                            : "",
                      " }");
}

TEST(Overlay, MakesNoConfirmedRefusalWeaker) {
  const auto weaker = HasSubstr("is not made weaker");
  EXPECT_THAT(Error(Replacing("reason: \"ACTIVIST_PERIOD_TOO_SHORT\" months: 11", true)), weaker);
  EXPECT_THAT(Error(Replacing("reason: \"ACTIVIST_PERIOD_TOO_SHORT\" severity: WARN", true)),
              weaker);
  EXPECT_THAT(Error(Replacing("reason: \"APPROVAL_TOO_LATE\" months: 7", true)), weaker);
  EXPECT_THAT(Error(Replacing("reason: \"QUORUM_NOT_REACHED\" severity: OFF", true)), weaker);
  // Stricter: with a document of its own that was compared.
  const auto needs = HasSubstr("needs a citation");
  EXPECT_THAT(Error(Replacing("reason: \"ACTIVIST_PERIOD_TOO_SHORT\" months: 18", false)), needs);
  EXPECT_TRUE(Merged(Replacing("reason: \"ACTIVIST_PERIOD_TOO_SHORT\" months: 18", true)).ok());
  EXPECT_THAT(Error(Replacing("reason: \"TALK_LATE\" severity: REFUSE", false)), needs);
  EXPECT_TRUE(Merged(Replacing("reason: \"TALK_LATE\" severity: REFUSE", true)).ok());
  // What only warns may be turned off, and reworded.
  EXPECT_TRUE(Merged(Replacing("reason: \"TALK_LATE\" severity: OFF", false)).ok());
  EXPECT_TRUE(Merged(Replacing("reason: \"TALK_LATE\" message: \"请尽快谈话\"", false)).ok());
  EXPECT_THAT(Error(Replacing("reason: \"TALK_LATE\"", false)), HasSubstr("it changes nothing"));
  EXPECT_THAT(Error("id: \"x\" title: \"补充规定\" changes: \"cpc-2014\""),
              HasSubstr("it changes nothing"));
}

TEST(Overlay, OfARuleSetThatIsNotThereIsRefused) {
  const std::string folder =
      (std::filesystem::path(::testing::TempDir()) / ("overlays-" + RandomId())).string();
  std::filesystem::create_directories(folder);
  const auto error = [&](const std::string& name, const std::string& text) {
    EXPECT_TRUE(WriteFile(folder + "/" + name, text).ok());
    return std::string(LoadRuleSets({kRules, folder, ""}).status().message());
  };
  const std::string unknown = With(Bureau(), "changes: \"cpc-2014\"", "changes: \"cpc-2013\"");
  EXPECT_THAT(error("a.textproto", unknown),
              AllOf(HasSubstr(absl::StrCat("a.textproto:", LineOf(unknown, "changes:"), ": ")),
                    HasSubstr("there is no rule set cpc-2013")));
  EXPECT_EQ(error("a.textproto", Bureau()), "");
  EXPECT_THAT(error("b.textproto", Bureau()), HasSubstr("has this id too"));
  EXPECT_THAT(error("b.textproto", "ids: 7"), HasSubstr("b.textproto:1"));
  std::filesystem::remove_all(folder);
}

TEST(Overlay, JudgesAndSetsWhatFallsDue) {
  World world;
  world.Stop();
  world.set_overlays_folder(kOverlays);
  world.Start(nullptr);
  for (const char* id : {"contact-one", "contact-two"}) {
    ASSERT_TRUE(world.CreateMember(id, kBranch).ok());
  }
  ASSERT_TRUE(world.CreatePerson("li").ok());
  const absl::CivilDay start(2020, 2, 29);
  ASSERT_TRUE(world.Step(kCase, MakeStep(v1::STEP_KIND_APPLICATION, start)).ok());
  ASSERT_TRUE(world.Step(kCase, MakeStep(v1::STEP_KIND_TALK, start)).ok());
  const absl::CivilDay activist = AddMonths(start, 6);
  const absl::Status early =
      world.Step(kCase, MakeStep(v1::STEP_KIND_ACTIVIST_DETERMINATION, activist - 1));
  ASSERT_EQ(ReasonOf(early), "APPLICANT_PERIOD_TOO_SHORT");
  EXPECT_EQ(FromProto(FindingsOf(early)[0].earliest()).value(), activist);
  EXPECT_EQ(FindingsOf(early)[0].citation().article(), "第三条");
  // The rest of a legal history, from the day on which the person may be an activist.
  for (v1::Step step : LegalHistory(activist)) {
    if (KindOf(step) < v1::STEP_KIND_ACTIVIST_DETERMINATION) continue;
    if (KindOf(step) == v1::STEP_KIND_OBJECT_DETERMINATION) {
      v1::Step unnoticed = step;
      unnoticed.mutable_object_determination()->Clear();
      EXPECT_EQ(ReasonOf(world.Step(kCase, unnoticed)), "NOTICE_TOO_SHORT");
    }
    if (KindOf(step) == v1::STEP_KIND_CONVERSION_APPLICATION) break;
    const absl::Status status = world.Step(kCase, step);
    ASSERT_TRUE(status.ok()) << v1::StepKind_Name(KindOf(step)) << status;
  }
  // Inspected at the end of the first half-year, so due again at the end of the second.
  std::vector<std::string> due;
  for (const v1::DueItem& item : world.Due(absl::CivilDay(2030, 1, 1))) {
    if (item.kind() != v1::DUE_KIND_PROBATION_INSPECTION) continue;
    due.push_back(FormatDate(FromProto(item.due_on()).value()));
    EXPECT_EQ(item.citation().document(), "某县教育局党委发展党员工作补充规定");
  }
  EXPECT_EQ(due, std::vector<std::string>{FormatDate(AddMonths(activist, 24))});
  v1::RecordStepResponse late;
  ASSERT_TRUE(world
                  .Step(kCase,
                        MakeStep(v1::STEP_KIND_PROBATION_INSPECTION, AddMonths(activist, 24) + 1),
                        &late)
                  .ok());
  ASSERT_EQ(late.recorded().warnings_size(), 1);
  EXPECT_EQ(late.recorded().warnings(0).reason(), "PROBATION_INSPECTION_LATE");
  // What is listed says so.
  v1::ListRuleSetsRequest request;
  v1::ListRuleSetsResponse sets;
  request.set_rules(true);
  auto rules = v1::RuleService::NewStub(world.channel());
  ASSERT_TRUE(Invoke(&v1::RuleService::Stub::ListRuleSets, *rules, request, &sets).ok());
  EXPECT_EQ(sets.rule_sets(0).sha256(), late.recorded().rule_set_sha256());
  ASSERT_EQ(sets.rule_sets(0).overlays_size(), 1);
  std::vector<std::string> local;
  for (const v1::RuleSummary& rule : sets.rule_sets(0).rules()) {
    if (!rule.overlay().empty()) local.push_back(rule.reason());
    // For people: numbers instead of placeholders.
    EXPECT_EQ(rule.message().find('{'), std::string::npos) << rule.message();
    if (rule.reason() == "ACTIVIST_PERIOD_TOO_SHORT") {
      EXPECT_EQ(rule.message(), "须经过12个月以上培养教育和考察，才能确定为发展对象，最早日期为 …");
    }
    if (rule.reason() == "EXTENSION_OUT_OF_RANGE") {
      EXPECT_EQ(rule.message(), "延长预备期不得少于6个月，最长不超过12个月");
    }
    if (rule.reason() == "NOTICE_TOO_SHORT") {
      EXPECT_THAT(rule.message(), ::testing::HasSubstr("5个工作日"));
    }
  }
  EXPECT_THAT(local, ::testing::ElementsAre("NOTICE_TOO_SHORT", "APPLICANT_PERIOD_TOO_SHORT",
                                            "PROBATION_INSPECTION_LATE"));
}

}  // namespace
}  // namespace zhibu::membership
