#include "common/rpc/identity.h"

#include <sys/stat.h>

#include <functional>
#include <thread>

#include "common/base/crypto.h"
#include "common/base/file.h"
#include "common/rpc/client.h"
#include "common/rpc/local_identity.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/process.h"
#include "tests/support/test_server.h"

namespace zhibu {
namespace {

using policy::v1::Principals;

TEST(Authenticator, FindsThePrincipalOfATokenAndNobodyElse) {
  const auto authenticator = Authenticator::Create(TestPrincipals());
  ASSERT_TRUE(authenticator.ok());
  ASSERT_NE(authenticator->Find(kReaderToken), nullptr);
  EXPECT_EQ(authenticator->Find(kReaderToken)->name(), "reader");
  EXPECT_EQ(authenticator->Find(""), nullptr);
  EXPECT_EQ(authenticator->Find("readerx"), nullptr);
  // The stored hash is no token.
  EXPECT_EQ(authenticator->Find(Sha256Hex(kReaderToken)), nullptr);
}

TEST(Authenticator, RefusesUnsoundPrincipals) {
  auto refused = [](const std::function<void(Principals&)>& spoil) {
    Principals principals = TestPrincipals();
    spoil(principals);
    return Authenticator::Create(principals).status().code() == absl::StatusCode::kInvalidArgument;
  };
  EXPECT_FALSE(refused([](Principals&) {}));
  EXPECT_TRUE(refused([](Principals& p) { p.mutable_principals(0)->clear_name(); }));
  EXPECT_TRUE(refused([](Principals& p) { p.mutable_principals(0)->set_name("reader"); }));
  // The journal keeps the name: neither a person's name nor a second line fits in it.
  EXPECT_TRUE(refused([](Principals& p) { p.mutable_principals(0)->set_name("张三"); }));
  EXPECT_TRUE(refused([](Principals& p) { p.mutable_principals(0)->set_name("a\nb"); }));
  EXPECT_TRUE(refused([](Principals& p) { p.mutable_principals(0)->set_name("Owner"); }));
  EXPECT_FALSE(refused(
      [](Principals& p) { p.mutable_principals(0)->set_name(std::string(61, 'a') + ".9"); }));
  EXPECT_TRUE(refused(
      [](Principals& p) { p.mutable_principals(0)->set_name(std::string(62, 'a') + ".9"); }));
  EXPECT_TRUE(refused([](Principals& p) { p.mutable_principals(0)->clear_roles(); }));
  EXPECT_TRUE(refused(
      [](Principals& p) { p.mutable_principals(0)->add_roles(policy::v1::ROLE_UNSPECIFIED); }));
  EXPECT_TRUE(refused([](Principals& p) {
    p.mutable_principals(0)->add_roles(static_cast<policy::v1::Role>(99));
  }));
  EXPECT_TRUE(refused([](Principals& p) { p.mutable_principals(0)->clear_token_sha256(); }));
  EXPECT_TRUE(refused(
      [](Principals& p) { p.mutable_principals(0)->set_token_sha256(std::string(64, 'A')); }));
  EXPECT_TRUE(refused([](Principals& p) {
    p.mutable_principals(0)->set_token_sha256(p.principals(1).token_sha256());
  }));
  // Whoever sends no token is nobody, and whoever reads the file finds no token in it: what one
  // entry keeps of its token is not another's token, in either order.
  EXPECT_TRUE(
      refused([](Principals& p) { p.mutable_principals(0)->set_token_sha256(Sha256Hex("")); }));
  EXPECT_TRUE(refused([](Principals& p) {
    p.mutable_principals(0)->set_token_sha256(Sha256Hex(p.principals(1).token_sha256()));
  }));
  EXPECT_TRUE(refused([](Principals& p) {
    p.mutable_principals(1)->set_token_sha256(Sha256Hex(p.principals(0).token_sha256()));
  }));
  EXPECT_TRUE(refused([](Principals& p) {
    p.mutable_principals(0)->set_scope_line(static_cast<type::v1::Line>(99));
  }));
  EXPECT_TRUE(refused([](Principals& p) { p.mutable_principals(0)->clear_scope_organisation(); }));
  EXPECT_TRUE(
      refused([](Principals& p) { p.mutable_principals(0)->set_scope_organisation("persons/x"); }));
}

TEST(Authenticator, TakesOtherPrincipalsWithoutLosingThoseThatCallsRunUnder) {
  auto authenticator = Authenticator::Create(TestPrincipals()).value();
  const Principal* reader = authenticator.Find(kReaderToken);
  const Principal* owner = authenticator.Find(kOwnerToken);
  ASSERT_NE(reader, nullptr);
  Principals others = TestPrincipals();
  others.mutable_principals()->DeleteSubrange(2, 1);  // the reader
  others.mutable_principals(1)->add_roles(policy::v1::ROLE_AUDITOR);
  others.add_principals()->CopyFrom(*reader);
  others.mutable_principals()->rbegin()->set_token_sha256(Sha256Hex("fresh"));
  const Principal* service = authenticator.Find(kServiceToken);
  ASSERT_TRUE(authenticator.Replace(others).ok());
  EXPECT_EQ(authenticator.Find(kReaderToken), nullptr);
  ASSERT_NE(authenticator.Find("fresh"), nullptr);
  EXPECT_EQ(reader->name(), "reader") << "still there for the call that runs";
  EXPECT_FALSE(authenticator.IsCurrent(*reader)) << "revoked";
  EXPECT_FALSE(authenticator.IsCurrent(*service)) << "another role";
  EXPECT_TRUE(authenticator.IsCurrent(*owner)) << "as it was";
  // What is unsound changes nothing.
  others.mutable_principals(0)->clear_roles();
  EXPECT_FALSE(authenticator.Replace(others).ok());
  EXPECT_NE(authenticator.Find("fresh"), nullptr);
}

TEST(ReadPrincipals, NamesAFileThatCannotBeTaken) {
  TempFolder folder;
  const std::string path = folder.path() + "/principals.textproto";
  EXPECT_EQ(ReadPrincipals(path).status().code(), absl::StatusCode::kNotFound);
  for (const char* text : {"principals { nonsense: 1 }", ""}) {
    ASSERT_TRUE(WriteFile(path, text).ok());
    const absl::Status status = ReadPrincipals(path).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_NE(status.message().find(path), absl::string_view::npos);
  }
  ASSERT_TRUE(WriteFile(path, "principals { name: \"a\" }").ok());
  EXPECT_TRUE(ReadPrincipals(path).ok());
  ASSERT_EQ(chmod(path.c_str(), 0666), 0);
  EXPECT_EQ(ReadPrincipals(path).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(LocalIdentity, IsMadeOnceWithSecretsForTheirOwnerAlone) {
  TempFolder folder;
  const std::string data = folder.path() + "/data";
  // Several services start at once.
  std::vector<std::thread> services;
  for (int i = 0; i < 4; ++i) {
    services.emplace_back([&] { EXPECT_TRUE(EnsureLocalIdentity(data).ok()); });
  }
  for (auto& service : services) service.join();
  const LocalIdentity files = LocalIdentityIn(data);
  for (const std::string& file :
       {files.principals_file, files.token_file, files.service_token_file}) {
    struct stat found;
    ASSERT_EQ(stat(file.c_str(), &found), 0) << file;
    EXPECT_EQ(found.st_mode & 0077, 0u) << file;
  }
  const auto authenticator = Authenticator::Create(ReadPrincipals(files.principals_file).value());
  ASSERT_TRUE(authenticator.ok()) << authenticator.status();
  const std::string token = ReadToken(files.token_file).value();
  EXPECT_EQ(token.size(), 64u);
  const Principal* owner = authenticator->Find(token);
  ASSERT_NE(owner, nullptr);
  EXPECT_EQ(owner->scope_organisation(), kEveryOrganisation);
  const Principal* service = authenticator->Find(ReadToken(files.service_token_file).value());
  ASSERT_NE(service, nullptr);
  EXPECT_THAT(service->roles(), testing::ElementsAre(policy::v1::ROLE_SERVICE));
  // No token stands in the file of principals.
  EXPECT_EQ(ReadFile(files.principals_file)->find(token), std::string::npos);
  ASSERT_TRUE(EnsureLocalIdentity(data).ok());
  EXPECT_EQ(ReadToken(files.token_file).value(), token) << "it stays the same";
}

TEST(ReadToken, TakesNoWhiteSpaceAndNoEmptyFile) {
  TempFolder folder;
  const std::string path = folder.path() + "/token";
  ASSERT_TRUE(WriteFile(path, " abc\n").ok());
  EXPECT_EQ(ReadToken(path).value(), "abc");
  ASSERT_TRUE(WriteFile(path, "\n").ok());
  EXPECT_EQ(ReadToken(path).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace zhibu
