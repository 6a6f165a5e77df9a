#include "services/cli/program/person_names.h"

#include "zhibu/membership/v1/membership_service.grpc.pb.h"

namespace zhibu::cli {
namespace {
constexpr size_t kMostNames = 300;
}  // namespace

PersonNames::PersonNames(Context& context, const std::set<std::string>& persons) {
  if (persons.size() > kMostNames) return;
  for (const std::string& person : persons) {
    membership::v1::GetPersonRequest request;
    request.set_name(person);
    membership::v1::GetPersonResponse response;
    const absl::Status status = context.session.Call(
        context.session.membership(), &membership::v1::MembershipService::Stub::GetPerson, request,
        &response);
    if (status.ok()) names_[person] = response.person().display_name();
  }
}

std::string PersonNames::Of(const std::string& person) const {
  const auto it = names_.find(person);
  return it == names_.end() ? "" : it->second;
}

}  // namespace zhibu::cli
