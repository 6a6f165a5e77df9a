#include "common/rpc/correction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/base/civil.h"
#include "zhibu/registry/v1/post.pb.h"

namespace zhibu {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

type::v1::Correction Because(const std::string& reason) {
  type::v1::Correction correction;
  correction.set_reason(reason);
  return correction;
}

google::protobuf::FieldMask Mask(std::initializer_list<const char*> paths) {
  google::protobuf::FieldMask mask;
  for (const char* path : paths) mask.add_paths(path);
  return mask;
}

std::vector<std::string> Wrong(const type::v1::Correction& correction,
                               const google::protobuf::FieldMask& mask, bool withdraw) {
  Violations wrong;
  CheckCorrection(correction, mask, withdraw, {"holder", "valid_to"}, wrong);
  std::vector<std::string> reasons;
  for (const Violation& violation : wrong) reasons.push_back(violation.reason);
  return reasons;
}

TEST(CheckCorrection, AsksForAReasonAndForWhatIsToBePutRight) {
  EXPECT_THAT(Wrong(Because("录入时看错行"), Mask({"holder"}), false), IsEmpty());
  EXPECT_THAT(Wrong(Because("录入时看错行"), Mask({}), true), IsEmpty());
  EXPECT_THAT(Wrong(Because(""), Mask({"holder"}), false),
              ElementsAre("CORRECTION_REASON_INVALID"));
  EXPECT_THAT(Wrong(Because("  "), Mask({"holder"}), false),
              ElementsAre("CORRECTION_REASON_INVALID"));
  EXPECT_THAT(Wrong(Because("误"), Mask({}), false), ElementsAre("UPDATE_MASK_INVALID"));
  EXPECT_THAT(Wrong(Because("误"), Mask({"holder", "name"}), false),
              ElementsAre("UPDATE_MASK_INVALID"));
  EXPECT_THAT(Wrong(Because("误"), Mask({"holder"}), true),
              ElementsAre("WITHDRAWN_NEEDS_NO_FIELDS"));
  type::v1::Correction wrong = Because("误");
  wrong.set_authority("县委");
  wrong.set_document_number(std::string(101, 'x'));
  EXPECT_THAT(Wrong(wrong, Mask({"holder"}), false),
              ElementsAre("NAME_INVALID", "DOCUMENT_NUMBER_INVALID"));
}

class Correcting : public testing::Test {
 protected:
  Correcting() {
    principal_.set_name("clerk");
    stored_.set_name("posts/p1");
    stored_.set_holder("persons/a");
    stored_.set_full_time(true);
    *stored_.mutable_valid_to() = ToProto(absl::CivilDay(2026, 1, 1));
    stored_.set_etag("3");
  }

  const MethodInfo method_;
  Principal principal_;
  const SharedOrgTree tree_;
  Call call_{method_, principal_, tree_, absl::CivilDay(2026, 11, 28), absl::InfiniteFuture()};
  registry::v1::Post stored_;
};

TEST_F(Correcting, ChangesTheFieldsOfTheMaskAndWritesDownWhatStoodThere) {
  registry::v1::Post given;
  given.set_holder("persons/b");
  given.set_full_time(false);
  given.set_kind(registry::v1::POST_KIND_CLERK);  // not in the mask
  const auto recorded = Correct(call_, Because("误"), Mask({"holder", "full_time", "valid_to"}),
                                false, "", given, &stored_);
  EXPECT_EQ(stored_.holder(), "persons/b");
  EXPECT_TRUE(stored_.has_full_time());
  EXPECT_FALSE(stored_.full_time());
  EXPECT_FALSE(stored_.has_valid_to());
  EXPECT_EQ(stored_.kind(), registry::v1::POST_KIND_UNSPECIFIED);
  ASSERT_EQ(recorded.fields_size(), 3);
  EXPECT_EQ(recorded.fields(0).path(), "holder");
  EXPECT_EQ(recorded.fields(0).was(), "\"persons/a\"");
  EXPECT_EQ(recorded.fields(1).path(), "full_time");
  EXPECT_EQ(recorded.fields(1).was(), "true");
  EXPECT_EQ(recorded.fields(2).was(), "{\"year\":2026,\"month\":1,\"day\":1}");
  EXPECT_EQ(recorded.actor(), "clerk");
  EXPECT_EQ(recorded.recorded_on().day(), 28);
  EXPECT_EQ(recorded.correction().reason(), "误");
}

TEST_F(Correcting, WritesDownNothingWhereNothingChanges) {
  const registry::v1::Post given = stored_;
  const auto recorded =
      Correct(call_, Because("误"), Mask({"holder", "full_time"}), false, "", given, &stored_);
  EXPECT_EQ(recorded.fields_size(), 0);
}

TEST_F(Correcting, OfWhatIsWithdrawnWritesDownEverything) {
  const auto recorded =
      Correct(call_, Because("误"), Mask({}), true, "", registry::v1::Post(), &stored_);
  EXPECT_TRUE(recorded.withdrawn());
  EXPECT_EQ(stored_.holder(), "persons/a");
  std::vector<std::string> paths;
  for (const auto& field : recorded.fields()) paths.push_back(field.path());
  EXPECT_THAT(paths, ElementsAre("holder", "full_time", "valid_to"));
}

}  // namespace
}  // namespace zhibu
