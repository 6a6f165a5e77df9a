// What was once promised stays: nothing of the committed baseline (proto/baseline.binpb) may be
// removed, renumbered or retyped. After adding to the contracts, take the new ones into the
// baseline with tests/contract/update_baseline.sh.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/contract/descriptors.h"

namespace zhibu {
namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::EnumDescriptorProto;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;
using google::protobuf::FileDescriptorSet;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using Breaks = std::vector<std::string>;

std::string TypeOf(const FieldDescriptorProto& field) {
  // A oneof and an explicit presence are part of what a caller sees.
  return absl::StrCat(FieldDescriptorProto::Type_Name(field.type()), " ", field.type_name(), " ",
                      FieldDescriptorProto::Label_Name(field.label()), " ",
                      field.proto3_optional() ? "optional" : "", " ",
                      field.has_oneof_index() && !field.proto3_optional() ? "oneof" : "");
}

template <typename Container>
auto ByName(const Container& items) {
  std::map<std::string, const typename Container::value_type*> by_name;
  for (const auto& item : items) by_name[item.name()] = &item;
  return by_name;
}

void CompareEnum(const std::string& scope, const EnumDescriptorProto& before,
                 const EnumDescriptorProto& after, Breaks& breaks) {
  const auto values = ByName(after.value());
  for (const auto& value : before.value()) {
    auto it = values.find(value.name());
    const std::string name = absl::StrCat(scope, ".", value.name());
    if (it == values.end()) {
      breaks.push_back(absl::StrCat("enum value ", name, " was removed"));
    } else if (it->second->number() != value.number()) {
      breaks.push_back(absl::StrCat("enum value ", name, " was renumbered"));
    }
  }
}

void CompareEnums(const std::string& scope,
                  const google::protobuf::RepeatedPtrField<EnumDescriptorProto>& before,
                  const google::protobuf::RepeatedPtrField<EnumDescriptorProto>& after,
                  Breaks& breaks) {
  const auto types = ByName(after);
  for (const auto& type : before) {
    const std::string name = absl::StrCat(scope, ".", type.name());
    auto it = types.find(type.name());
    if (it == types.end()) {
      breaks.push_back(absl::StrCat("enum ", name, " was removed"));
    } else {
      CompareEnum(name, type, *it->second, breaks);
    }
  }
}

void CompareMessages(const std::string& scope,
                     const google::protobuf::RepeatedPtrField<DescriptorProto>& before,
                     const google::protobuf::RepeatedPtrField<DescriptorProto>& after,
                     Breaks& breaks) {
  const auto messages = ByName(after);
  for (const auto& message : before) {
    const std::string name = absl::StrCat(scope, ".", message.name());
    auto it = messages.find(message.name());
    if (it == messages.end()) {
      breaks.push_back(absl::StrCat("message ", name, " was removed"));
      continue;
    }
    const auto fields = ByName(it->second->field());
    for (const auto& field : message.field()) {
      auto found = fields.find(field.name());
      const std::string field_name = absl::StrCat(name, ".", field.name());
      if (found == fields.end()) {
        breaks.push_back(absl::StrCat("field ", field_name, " was removed"));
        continue;
      }
      if (found->second->number() != field.number()) {
        breaks.push_back(absl::StrCat("field ", field_name, " was renumbered"));
      }
      if (TypeOf(*found->second) != TypeOf(field)) {
        breaks.push_back(absl::StrCat("field ", field_name, " was retyped"));
      }
    }
    CompareMessages(name, message.nested_type(), it->second->nested_type(), breaks);
    CompareEnums(name, message.enum_type(), it->second->enum_type(), breaks);
  }
}

Breaks Compare(const FileDescriptorSet& before, const FileDescriptorSet& after) {
  Breaks breaks;
  const auto files = ByName(after.file());
  for (const FileDescriptorProto& file : before.file()) {
    if (!IsOurs(file.name())) continue;
    auto it = files.find(file.name());
    if (it == files.end()) {
      breaks.push_back(absl::StrCat("file ", file.name(), " was removed"));
      continue;
    }
    const FileDescriptorProto& now = *it->second;
    if (now.package() != file.package()) {
      breaks.push_back(absl::StrCat("package ", file.package(), " was renamed"));
    }
    CompareMessages(file.package(), file.message_type(), now.message_type(), breaks);
    CompareEnums(file.package(), file.enum_type(), now.enum_type(), breaks);
    const auto extensions = ByName(now.extension());
    for (const auto& extension : file.extension()) {
      auto found = extensions.find(extension.name());
      if (found == extensions.end() || found->second->number() != extension.number() ||
          TypeOf(*found->second) != TypeOf(extension)) {
        breaks.push_back(absl::StrCat("extension ", extension.name(), " was changed"));
      }
    }
    const auto services = ByName(now.service());
    for (const auto& service : file.service()) {
      auto found = services.find(service.name());
      if (found == services.end()) {
        breaks.push_back(absl::StrCat("service ", service.name(), " was removed"));
        continue;
      }
      const auto methods = ByName(found->second->method());
      for (const auto& method : service.method()) {
        auto same = methods.find(method.name());
        if (same == methods.end()) {
          breaks.push_back(absl::StrCat("method ", method.name(), " was removed"));
        } else if (same->second->input_type() != method.input_type() ||
                   same->second->output_type() != method.output_type() ||
                   same->second->server_streaming() != method.server_streaming() ||
                   same->second->client_streaming() != method.client_streaming()) {
          breaks.push_back(absl::StrCat("method ", method.name(), " was retyped"));
        }
      }
    }
  }
  return breaks;
}

FileDescriptorSet Baseline() {
  return ReadDescriptorSet(std::string(ZHIBU_SOURCE_DIR) + "/proto/baseline.binpb");
}

TEST(Compatibility, NothingThatWasPromisedIsGone) {
  for (const std::string& broken : Compare(Baseline(), BuiltContracts())) ADD_FAILURE() << broken;
}

TEST(Compatibility, TheBaselineHasEverythingThatIsPromised) {
  for (const std::string& missing : Compare(BuiltContracts(), Baseline())) {
    ADD_FAILURE() << "not in the baseline yet, or other there (" << missing
                  << "): run tests/contract/update_baseline.sh";
  }
}

// The registry's contract, changed in one way each.
class ChangedContract : public testing::Test {
 protected:
  ChangedContract() : before_(Baseline()), after_(before_) {
    for (auto& file : *after_.mutable_file()) {
      if (file.name() == "zhibu/registry/v1/organisation.proto") organisation_ = &file;
      if (file.name() == "zhibu/registry/v1/institution.proto") institution_ = &file;
      if (file.name() == "zhibu/registry/v1/registry_service.proto") service_ = &file;
    }
    EXPECT_NE(organisation_, nullptr);
    EXPECT_NE(service_, nullptr);
  }
  DescriptorProto* Organisation() {
    for (auto& message : *organisation_->mutable_message_type()) {
      if (message.name() == "Organisation") return &message;
    }
    ADD_FAILURE();
    return nullptr;
  }
  void ExpectBreak(const std::string& what) {
    EXPECT_THAT(Compare(before_, after_), Contains(HasSubstr(what)));
  }
  const FileDescriptorSet before_;
  FileDescriptorSet after_;
  FileDescriptorProto* organisation_ = nullptr;
  FileDescriptorProto* institution_ = nullptr;
  FileDescriptorProto* service_ = nullptr;
};

TEST_F(ChangedContract, MayGrow) {
  auto* field = Organisation()->add_field();
  field->set_name("motto");
  field->set_number(1000);
  field->set_type(FieldDescriptorProto::TYPE_STRING);
  organisation_->add_message_type()->set_name("New");
  service_->mutable_service(0)->add_method()->set_name("DoNew");
  EXPECT_THAT(Compare(before_, after_), IsEmpty());
}

TEST_F(ChangedContract, MayNotLoseAField) {
  Organisation()->mutable_field()->DeleteSubrange(0, 1);
  ExpectBreak("field zhibu.registry.v1.Organisation.name was removed");
}

TEST_F(ChangedContract, MayNotRenumberAField) {
  Organisation()->mutable_field(0)->set_number(999);
  ExpectBreak("field zhibu.registry.v1.Organisation.name was renumbered");
}

TEST_F(ChangedContract, MayNotRetypeAField) {
  Organisation()->mutable_field(0)->set_type(FieldDescriptorProto::TYPE_BYTES);
  ExpectBreak("field zhibu.registry.v1.Organisation.name was retyped");
}

TEST_F(ChangedContract, MayNotMakeAFieldRepeated) {
  Organisation()->mutable_field(0)->set_label(FieldDescriptorProto::LABEL_REPEATED);
  ExpectBreak("field zhibu.registry.v1.Organisation.name was retyped");
}

TEST_F(ChangedContract, MayNotLoseOrRenumberAnEnumValue) {
  auto* values = institution_->mutable_enum_type(0)->mutable_value();
  values->Mutable(1)->set_number(999);
  ExpectBreak("was renumbered");
  values->DeleteSubrange(1, 1);
  ExpectBreak("was removed");
}

TEST_F(ChangedContract, MayNotLoseAMessageAMethodAServiceOrAFile) {
  organisation_->mutable_message_type()->RemoveLast();
  ExpectBreak("message zhibu.registry.v1.");
  service_->mutable_service(0)->mutable_method()->RemoveLast();
  ExpectBreak("method ");
  service_->mutable_service()->Clear();
  ExpectBreak("service RegistryService was removed");
  organisation_->set_name("zhibu/registry/v1/renamed.proto");
  ExpectBreak("file zhibu/registry/v1/organisation.proto was removed");
}

TEST_F(ChangedContract, MayNotRetypeOrStreamAMethod) {
  service_->mutable_service(0)->mutable_method(0)->set_server_streaming(true);
  service_->mutable_service(0)->mutable_method(1)->set_output_type(".x.Y");
  ExpectBreak("was retyped");
  EXPECT_EQ(Compare(before_, after_).size(), 2u);
}

}  // namespace
}  // namespace zhibu
