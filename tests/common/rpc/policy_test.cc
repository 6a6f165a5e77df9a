#include "common/rpc/policy.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "zhibu/registry/v1/registry_service.pb.h"

namespace zhibu {
namespace {

using google::protobuf::DescriptorPool;

// A contract with one method whose options are these, as a build would make it.
class Contract {
 public:
  explicit Contract(const std::string& options, const std::string& second = "") {
    // What the contract imports is known to every program.
    const auto* policy = policy::v1::MethodPolicy::descriptor()->file();
    google::protobuf::FileDescriptorProto file;
    const std::string method = absl::StrCat(
        "method { name: 'Do' input_type: 'DoRequest' output_type: 'DoResponse' options { ", options,
        " } }");
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        absl::StrCat("name: 'test.proto' syntax: 'proto3' dependency: '", policy->name(),
                     "' message_type { name: 'DoRequest' "
                     "  field { name: 'name' number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }"
                     "  field { name: 'names' number: 2 type: TYPE_STRING label: LABEL_REPEATED }"
                     "  field { name: 'size' number: 3 type: TYPE_INT32 label: LABEL_OPTIONAL } }"
                     "message_type { name: 'DoResponse' }"
                     "service { name: 'TestService' ",
                     method, second, " }"),
        &file));
    const auto* built = pool_.BuildFile(file);
    EXPECT_NE(built, nullptr);
    service_ = built->service(0);
  }

  absl::StatusOr<PolicyTable> Table() const { return PolicyTable::Create({service_}); }
  const google::protobuf::ServiceDescriptor* service() const { return service_; }

 private:
  DescriptorPool pool_{DescriptorPool::generated_pool()};
  const google::protobuf::ServiceDescriptor* service_ = nullptr;
};

std::string Policy(const std::string& text) {
  return absl::StrCat("[zhibu.policy.v1.method_policy] { ", text, " }");
}

TEST(PolicyTable, KnowsASoundPolicyByTheRequestsType) {
  const Contract contract(
      Policy("roles: ROLE_CLERK scope: SCOPE_FIELD organisation_field: 'name'"));
  const auto table = contract.Table();
  ASSERT_TRUE(table.ok()) << table.status();
  const MethodInfo* info = table->Find(contract.service()->method(0)->input_type());
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->path, "/TestService/Do");
  EXPECT_EQ(info->organisation_field->name(), "name");
  EXPECT_EQ(table->Find(contract.service()->method(0)->output_type()), nullptr);
}

TEST(PolicyTable, RefusesAMethodWithoutASoundPolicy) {
  for (const std::string& options : {
           std::string("deprecated: false"),
           Policy(""),
           Policy("scope: SCOPE_NONE"),
           Policy("roles: ROLE_UNSPECIFIED scope: SCOPE_NONE"),
           Policy("roles: ROLE_CLERK"),
           Policy("roles: ROLE_CLERK scope: SCOPE_FIELD"),
           Policy("roles: ROLE_CLERK scope: SCOPE_FIELD organisation_field: 'absent'"),
           Policy("roles: ROLE_CLERK scope: SCOPE_FIELD organisation_field: 'names'"),
           Policy("roles: ROLE_CLERK scope: SCOPE_FIELD organisation_field: 'size'"),
           Policy("roles: ROLE_CLERK scope: SCOPE_BODY organisation_field: 'name'"),
       }) {
    const absl::Status status = Contract(options).Table().status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << options;
    EXPECT_NE(status.message().find("TestService.Do"), absl::string_view::npos) << status;
  }
}

TEST(PolicyTable, RefusesTwoMethodsThatShareARequest) {
  const std::string sound = Policy("roles: ROLE_CLERK scope: SCOPE_NONE");
  const Contract contract(sound, absl::StrCat("method { name: 'DoIt' input_type: 'DoRequest' "
                                              "output_type: 'DoResponse' options { ",
                                              sound, " } }"));
  EXPECT_EQ(contract.Table().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(PolicyTable, TakesTheContractsAsTheyAre) {
  EXPECT_TRUE(
      PolicyTable::Create({registry::v1::GetOrganisationRequest::descriptor()->file()->service(0)})
          .ok());
}

}  // namespace
}  // namespace zhibu
