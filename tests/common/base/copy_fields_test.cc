#include "common/base/copy_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/protobuf/util/message_differencer.h"
#include "zhibu/registry/v1/events.pb.h"
#include "zhibu/registry/v1/organisation.pb.h"
#include "zhibu/registry/v1/post.pb.h"

namespace zhibu {
namespace {

registry::v1::Post SomePost() {
  registry::v1::Post post;
  post.set_name("posts/p1");
  post.set_kind(registry::v1::POST_KIND_CLERK);
  post.set_full_time(false);
  post.mutable_valid_from()->set_year(2024);
  post.add_corrections()->set_subject("first");
  post.add_corrections()->set_subject("second");
  return post;
}

TEST(CopyFields, KeepsEverythingThatBothHave) {
  const auto record = Copied<registry::v1::PostRecord>(SomePost());
  EXPECT_EQ(record.name(), "posts/p1");
  EXPECT_EQ(record.kind(), registry::v1::POST_KIND_CLERK);
  EXPECT_TRUE(record.has_full_time()) << "a no that was said is not the same as nothing";
  EXPECT_EQ(record.corrections_size(), 2);
  const auto back = Copied<registry::v1::Post>(record);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(back, SomePost()));
}

TEST(CopyFields, LeavesOutWhatTheOtherHasNot) {
  registry::v1::Organisation organisation;
  organisation.set_name("organisations/o1");
  organisation.set_subordination_parent("organisations/root");
  const auto record = Copied<registry::v1::OrganisationRecord>(organisation);
  const auto back = Copied<registry::v1::Organisation>(record);
  EXPECT_EQ(back.name(), "organisations/o1");
  EXPECT_EQ(back.subordination_parent(), "");
}

TEST(CopyFields, ReplacesAListAndKeepsOtherFields) {
  registry::v1::PostRecord record;
  record.add_corrections()->set_subject("old");
  record.set_holder("persons/a");
  CopyFields(SomePost(), &record);
  ASSERT_EQ(record.corrections_size(), 2);
  EXPECT_EQ(record.corrections(0).subject(), "first");
  EXPECT_EQ(record.holder(), "persons/a");
}

}  // namespace
}  // namespace zhibu
