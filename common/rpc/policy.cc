#include "common/rpc/policy.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace zhibu {

absl::StatusOr<PolicyTable> PolicyTable::Create(
    const std::vector<const google::protobuf::ServiceDescriptor*>& services) {
  PolicyTable table;
  for (const auto* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const auto* method = service->method(i);
      auto unsound = [&](absl::string_view why) {
        return absl::FailedPreconditionError(
            absl::StrCat("method ", method->full_name(), " has no sound policy: ", why));
      };
      MethodInfo info;
      info.path = absl::StrCat("/", service->full_name(), "/", method->name());
      info.policy = method->options().GetExtension(policy::v1::method_policy);
      if (info.policy.roles().empty()) return unsound("no roles");
      for (int role : info.policy.roles()) {
        if (role == policy::v1::ROLE_UNSPECIFIED) return unsound("ROLE_UNSPECIFIED");
      }
      const auto* request = method->input_type();
      switch (info.policy.scope()) {
        case policy::v1::SCOPE_FIELD:
          info.organisation_field = request->FindFieldByName(info.policy.organisation_field());
          if (info.organisation_field == nullptr ||
              info.organisation_field->type() != google::protobuf::FieldDescriptor::TYPE_STRING ||
              info.organisation_field->is_repeated()) {
            return unsound("organisation_field is not a string field of the request");
          }
          break;
        case policy::v1::SCOPE_BODY:
        case policy::v1::SCOPE_SUITE:
        case policy::v1::SCOPE_NONE:
          if (!info.policy.organisation_field().empty()) {
            return unsound("organisation_field without SCOPE_FIELD");
          }
          break;
        default:
          return unsound("no scope");
      }
      if (!table.by_request_.emplace(request, std::move(info)).second) {
        return unsound("its request type is another method's too");
      }
    }
  }
  return table;
}

const MethodInfo* PolicyTable::Find(const google::protobuf::Descriptor* request) const {
  auto it = by_request_.find(request);
  return it == by_request_.end() ? nullptr : &it->second;
}

}  // namespace zhibu
