// The conventions of the contracts, held against what was built. Each check is a function from
// descriptors to complaints, so that it can be shown to complain.
#include "google/protobuf/descriptor.h"

#include <functional>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/rpc/policy.h"
#include "gmock/gmock.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "tests/contract/descriptors.h"
#include "zhibu/type/v1/title.pb.h"

namespace zhibu {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using google::protobuf::MethodDescriptor;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using Complaints = std::vector<std::string>;

// A pool over the built contracts, with their comments.
class Contracts {
 public:
  Contracts() {
    const google::protobuf::FileDescriptorSet set = BuiltContracts();
    for (const FileDescriptorProto& file : set.file()) {
      const FileDescriptor* built = pool_.BuildFile(file);
      EXPECT_NE(built, nullptr) << file.name();
      if (built != nullptr && IsOurs(file.name())) files_.push_back(built);
    }
  }
  const std::vector<const FileDescriptor*>& files() const { return files_; }
  const DescriptorPool* pool() const { return &pool_; }

 private:
  DescriptorPool pool_;
  std::vector<const FileDescriptor*> files_;
};

const Contracts& Built() {
  static const Contracts* const contracts = new Contracts;
  return *contracts;
}

void ForEachMessage(const Descriptor* message, const std::function<void(const Descriptor*)>& run) {
  if (message->options().map_entry()) return;
  run(message);
  for (int i = 0; i < message->nested_type_count(); ++i) {
    ForEachMessage(message->nested_type(i), run);
  }
}
void ForEachMessage(const FileDescriptor* file, const std::function<void(const Descriptor*)>& run) {
  for (int i = 0; i < file->message_type_count(); ++i) ForEachMessage(file->message_type(i), run);
}
void ForEachEnum(const FileDescriptor* file,
                 const std::function<void(const EnumDescriptor*)>& run) {
  for (int i = 0; i < file->enum_type_count(); ++i) run(file->enum_type(i));
  ForEachMessage(file, [&](const Descriptor* message) {
    for (int i = 0; i < message->enum_type_count(); ++i) run(message->enum_type(i));
  });
}
void ForEachMethod(const FileDescriptor* file,
                   const std::function<void(const MethodDescriptor*)>& run) {
  for (int i = 0; i < file->service_count(); ++i) {
    for (int j = 0; j < file->service(i)->method_count(); ++j) run(file->service(i)->method(j));
  }
}

// The title of an enum's value; empty where it has none.
std::string TitleIn(const google::protobuf::EnumValueDescriptor& value) {
  // The pool does not know the extension's type: read it as the generated code does.
  google::protobuf::EnumValueOptions options;
  options.ParseFromString(value.options().SerializeAsString());
  return options.GetExtension(type::v1::title);
}

template <typename D>
void NeedsComment(const D* what, Complaints& complaints) {
  google::protobuf::SourceLocation location;
  if (!what->GetSourceLocation(&location) ||
      absl::StripAsciiWhitespace(location.leading_comments).empty()) {
    complaints.push_back(absl::StrCat(what->full_name(), " has no comment"));
  }
}

Complaints Undocumented(const FileDescriptor* file) {
  Complaints complaints;
  ForEachMessage(file, [&](const Descriptor* message) {
    NeedsComment(message, complaints);
    for (int i = 0; i < message->field_count(); ++i) NeedsComment(message->field(i), complaints);
  });
  ForEachEnum(file, [&](const EnumDescriptor* type) {
    NeedsComment(type, complaints);
    for (int i = 0; i < type->value_count(); ++i) NeedsComment(type->value(i), complaints);
  });
  for (int i = 0; i < file->service_count(); ++i) NeedsComment(file->service(i), complaints);
  ForEachMethod(file, [&](const MethodDescriptor* method) { NeedsComment(method, complaints); });
  return complaints;
}

// "OrganisationKind" → "ORGANISATION_KIND".
std::string UpperSnake(const std::string& camel) {
  std::string upper;
  for (size_t i = 0; i < camel.size(); ++i) {
    if (i > 0 && absl::ascii_isupper(camel[i]) && !absl::ascii_isupper(camel[i - 1])) upper += '_';
    upper += absl::ascii_toupper(camel[i]);
  }
  return upper;
}

Complaints Misnamed(const FileDescriptor* file) {
  static const std::regex kField("[a-z][a-z0-9]*(_[a-z0-9]+)*");
  static const std::regex kCamel("[A-Z][A-Za-z0-9]*");
  Complaints complaints;
  auto complain = [&](const std::string& name, absl::string_view why) {
    complaints.push_back(absl::StrCat(name, ": ", why));
  };
  ForEachMessage(file, [&](const Descriptor* message) {
    if (!std::regex_match(message->name(), kCamel)) complain(message->full_name(), "not CamelCase");
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor* field = message->field(i);
      if (!std::regex_match(field->name(), kField)) {
        complain(field->full_name(), "not snake_case");
      }
    }
  });
  ForEachEnum(file, [&](const EnumDescriptor* type) {
    const std::string prefix = UpperSnake(type->name()) + "_";
    const auto* zero = type->FindValueByNumber(0);
    if (zero == nullptr || zero->name() != prefix + "UNSPECIFIED") {
      complain(type->full_name(), "its zero value is not " + prefix + "UNSPECIFIED");
    }
    for (int i = 0; i < type->value_count(); ++i) {
      if (!absl::StartsWith(type->value(i)->name(), prefix)) {
        complain(type->value(i)->full_name(), "without the prefix " + prefix);
      }
    }
  });
  ForEachMethod(file, [&](const MethodDescriptor* method) {
    if (method->input_type()->name() != method->name() + "Request") {
      complain(method->full_name(), "its request is not named after it");
    }
    if (method->output_type()->name() != method->name() + "Response") {
      complain(method->full_name(), "its response is not named after it");
    }
    if (method->input_type()->file() != file || method->output_type()->file() != file) {
      complain(method->full_name(), "request and response are not its own");
    }
  });
  return complaints;
}

// The verbs that look; every other verb changes something.
bool Reads(const MethodDescriptor* method) {
  if (method->name() == "SearchPersons") return false;  // journals what asks for an ID number
  for (const char* verb : {"Get", "BatchGet", "List", "Search", "Find", "Watch", "Forecast",
                           "Preview", "Verify", "Count", "Quote"}) {
    if (absl::StartsWith(method->name(), verb)) return true;
  }
  return false;
}

// Words of the languages in which clients are written: a field of that name cannot be said there.
bool IsKeyword(const std::string& name) {
  static const std::set<std::string> kKeywords = {
      "and",    "as",      "assert",  "async",    "await",      "break",     "case",
      "catch",  "class",   "const",   "def",      "default",    "del",       "delete",
      "do",     "elif",    "else",    "enum",     "except",     "export",    "extends",
      "false",  "final",   "finally", "for",      "from",       "function",  "global",
      "goto",   "if",      "import",  "in",       "instanceof", "interface", "is",
      "lambda", "new",     "none",    "nonlocal", "not",        "null",      "operator",
      "or",     "package", "pass",    "private",  "protected",  "public",    "raise",
      "return", "static",  "super",   "switch",   "template",   "this",      "throw",
      "true",   "try",     "type",    "typeof",   "using",      "var",       "virtual",
      "void",   "while",   "with",    "yield"};
  return kKeywords.count(name) > 0;
}

// One meaning each: the office's word on every value, no field that a language cannot say, one way
// to write a period.
Complaints Ambiguous(const FileDescriptor* file) {
  Complaints complaints;
  ForEachEnum(file, [&](const EnumDescriptor* type) {
    std::set<std::string> titles;
    for (int i = 0; i < type->value_count(); ++i) {
      // Of the pool that was built from the set the option is an unknown field; by its text it is
      // not.
      const std::string title = TitleIn(*type->value(i));
      if (title.empty()) complaints.push_back(type->value(i)->full_name() + " has no title");
      if (!titles.insert(title).second) {
        complaints.push_back(type->value(i)->full_name() + " has another value's title");
      }
    }
  });
  ForEachMessage(file, [&](const Descriptor* message) {
    for (int i = 0; i < message->field_count(); ++i) {
      const FieldDescriptor* field = message->field(i);
      if (IsKeyword(field->name())) complaints.push_back(field->full_name() + " is a keyword");
      if (field->name() == "to") complaints.push_back(field->full_name() + " does not say of what");
      if (field->message_type() != nullptr &&
          field->message_type()->full_name() == "google.type.Date" &&
          (field->name() == "until" || absl::EndsWith(field->name(), "_to")) &&
          message->FindFieldByName("valid_until") != nullptr) {
        complaints.push_back(field->full_name() + " beside a last day");
      }
    }
  });
  ForEachMethod(file, [&](const MethodDescriptor* method) {
    const bool safe =
        method->options().idempotency_level() == google::protobuf::MethodOptions::NO_SIDE_EFFECTS;
    if (Reads(method) != safe && !method->server_streaming()) {
      complaints.push_back(method->full_name() + " does not say rightly whether it has effects");
    }
    if (method->server_streaming() || method->name() == "GetHead") return;
    const auto* at_least = method->input_type()->FindFieldByName("at_least");
    static const std::set<std::string> kOfNothingStored = {"QuoteDues", "ListRuleSets"};
    if (at_least == nullptr ? kOfNothingStored.count(method->name()) == 0
                            : at_least->message_type()->full_name() != "zhibu.type.v1.AtLeast") {
      complaints.push_back(method->full_name() + " needs at_least");
    }
  });
  return complaints;
}

bool Has(const Descriptor* message, const std::string& name, FieldDescriptor::Type type) {
  const FieldDescriptor* field = message->FindFieldByName(name);
  return field != nullptr && field->type() == type && !field->is_repeated();
}

bool Creates(const MethodDescriptor* method) {
  for (const char* verb : {"Create", "BatchCreate"}) {
    if (absl::StartsWith(method->name(), verb)) return true;
  }
  return false;
}

// Whether an etag (or "kept_etag" and such, where there are several) stands in the request, in the
// resource that it carries, or in the rows of its batch.
bool CarriesEtag(const Descriptor* message, int depth = 0) {
  for (int i = 0; i < message->field_count(); ++i) {
    const FieldDescriptor* field = message->field(i);
    if (field->name() == "etag" || absl::EndsWith(field->name(), "_etag")) return true;
    if (depth == 2) continue;
    if (field->message_type() != nullptr && IsOurs(field->message_type()->file()->name()) &&
        CarriesEtag(field->message_type(), depth + 1)) {
      return true;
    }
  }
  return false;
}

Complaints Unconventional(const FileDescriptor* file) {
  Complaints complaints;
  ForEachMethod(file, [&](const MethodDescriptor* method) {
    const Descriptor* request = method->input_type();
    const Descriptor* response = method->output_type();
    auto need = [&](bool there, absl::string_view what) {
      if (!there) complaints.push_back(absl::StrCat(method->full_name(), " needs ", what));
    };
    if (Reads(method)) {
      need(request->FindFieldByName("request_id") == nullptr, "no request_id: it writes nothing");
      if (absl::StartsWith(method->name(), "List")) {
        need(Has(request, "page_size", FieldDescriptor::TYPE_INT32), "int32 page_size");
        need(Has(request, "page_token", FieldDescriptor::TYPE_STRING), "string page_token");
        need(Has(response, "next_page_token", FieldDescriptor::TYPE_STRING),
             "string next_page_token in its answer");
      }
      return;
    }
    need(Has(request, "request_id", FieldDescriptor::TYPE_STRING), "string request_id");
    need(Has(response, "revision", FieldDescriptor::TYPE_INT64), "int64 revision in its answer");
    // A search is a reading, journaled where a number is asked for; there is nothing to try out.
    if (method->full_name() == "zhibu.membership.v1.MembershipService.SearchPersons") return;
    need(Has(request, "validate_only", FieldDescriptor::TYPE_BOOL), "bool validate_only");
    // These add to the journal and change nothing that anybody has read.
    static const std::set<std::string> kLeaveAllAsItWas = {
        "zhibu.membership.v1.PrivacyService.RevealPerson",
        "zhibu.membership.v1.PrivacyService.ResealPersons"};
    if (!Creates(method) && kLeaveAllAsItWas.count(method->full_name()) == 0) {
      need(CarriesEtag(request), "an etag, since it changes what exists");
    }
  });
  return complaints;
}

// Personal data has one home.
Complaints Exposing(const FileDescriptor* file) {
  Complaints complaints;
  ForEachMessage(file, [&](const Descriptor* message) {
    if (message->full_name() == "zhibu.membership.v1.Person" ||
        message->full_name() == "zhibu.membership.v1.RevealPersonResponse" ||
        message->full_name() == "zhibu.membership.v1.SearchPersonsRequest") {
      return;
    }
    for (int i = 0; i < message->field_count(); ++i) {
      const std::string& name = message->field(i)->name();
      // 流动党员: no telephone.
      if (message->field(i)->full_name() == "zhibu.membership.v1.MembershipStatus.mobile") continue;
      for (const char* word : {"birth", "id_number", "phone", "mobile", "address"}) {
        if (absl::StrContains(name, word)) {
          complaints.push_back(absl::StrCat(message->field(i)->full_name(), " names a ", word));
        }
      }
    }
  });
  return complaints;
}

void ExpectNone(Complaints (*check)(const FileDescriptor*)) {
  ASSERT_GE(Built().files().size(), 10u);
  for (const FileDescriptor* file : Built().files()) {
    for (const std::string& complaint : check(file)) ADD_FAILURE() << complaint;
  }
}

TEST(Contract, DocumentsEverything) { ExpectNone(Undocumented); }
TEST(Contract, NamesEverythingAlike) { ExpectNone(Misnamed); }
TEST(Contract, FollowsItsConventions) { ExpectNone(Unconventional); }
TEST(Contract, MeansOneThingByEachName) { ExpectNone(Ambiguous); }
TEST(Contract, KeepsPersonalDataInOnePlace) { ExpectNone(Exposing); }

TEST(Contract, GivesEveryMethodASoundPolicy) {
  int methods = 0;
  for (const FileDescriptor* file : Built().files()) {
    for (int i = 0; i < file->service_count(); ++i) {
      const auto table = PolicyTable::Create({file->service(i)});
      EXPECT_TRUE(table.ok()) << table.status();
      methods += file->service(i)->method_count();
    }
  }
  EXPECT_GT(methods, 20);
}

// A contract with one thing of each kind wrong.
class SpoiltContract : public testing::Test {
 protected:
  SpoiltContract() {
    FileDescriptorProto file;
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
        R"pb(
          name: 'zhibu/spoilt.proto'
          package: 'spoilt'
          syntax: 'proto3'
          message_type {
            name: 'MoveThingRequest'
            field { name: 'thingName' number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
            field { name: 'phone' number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
          }
          message_type { name: 'ThingMoved' }
          message_type { name: 'ListThingsRequest' }
          message_type { name: 'ListThingsResponse' }
          enum_type {
            name: 'ThingKind'
            value { name: 'THING_KIND_NONE' number: 0 }
            value { name: 'BIG' number: 1 }
          }
          service {
            name: 'ThingService'
            method { name: 'MoveThing' input_type: 'MoveThingRequest' output_type: 'ThingMoved' }
            method {
              name: 'ListThings'
              input_type: 'ListThingsRequest'
              output_type: 'ListThingsResponse'
            }
          }
        )pb",
        &file));
    file_ = pool_.BuildFile(file);
    EXPECT_NE(file_, nullptr);
  }
  DescriptorPool pool_;
  const FileDescriptor* file_;
};

TEST_F(SpoiltContract, IsSeenToBeUndocumented) {
  const Complaints complaints = Undocumented(file_);
  for (const char* name :
       {"spoilt.MoveThingRequest", "spoilt.MoveThingRequest.phone", "spoilt.ThingKind",
        "spoilt.BIG", "spoilt.ThingService", "spoilt.ThingService.MoveThing"}) {
    EXPECT_THAT(complaints, Contains(absl::StrCat(name, " has no comment")));
  }
}

TEST_F(SpoiltContract, IsSeenToBeMisnamed) {
  const Complaints complaints = Misnamed(file_);
  EXPECT_THAT(complaints, Contains(HasSubstr("thingName: not snake_case")));
  EXPECT_THAT(complaints, Contains(HasSubstr("is not THING_KIND_UNSPECIFIED")));
  EXPECT_THAT(complaints, Contains(HasSubstr("spoilt.BIG: without the prefix")));
  EXPECT_THAT(complaints, Contains(HasSubstr("MoveThing: its response is not named after it")));
}

TEST_F(SpoiltContract, IsSeenToBreakTheConventions) {
  const Complaints complaints = Unconventional(file_);
  for (const char* what :
       {"MoveThing needs string request_id", "MoveThing needs bool validate_only",
        "MoveThing needs int64 revision", "MoveThing needs an etag",
        "ListThings needs int32 page_size", "ListThings needs string page_token",
        "ListThings needs string next_page_token"}) {
    EXPECT_THAT(complaints, Contains(HasSubstr(what)));
  }
}

TEST_F(SpoiltContract, IsSeenToExposePersonalData) {
  EXPECT_THAT(Exposing(file_), Contains(HasSubstr("MoveThingRequest.phone")));
}

}  // namespace
}  // namespace zhibu
