// The part of persons.h that finds persons by what they are called or known by.

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/civil.h"
#include "common/base/resource_name.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/domain/id_number.h"
#include "services/membership/books/convert.h"
#include "services/membership/books/external_index.h"
#include "services/membership/books/personal_index.h"
#include "services/membership/books/reading.h"
#include "services/membership/persons/persons.h"
#include "services/membership/rules/affiliations.h"
#include "services/membership/rules/forms.h"
#include "zhibu/membership/v1/events.pb.h"
#include "zhibu/membership/v1/privacy_service.pb.h"
#include "zhibu/policy/v1/policy.pb.h"

namespace zhibu::membership {
namespace {

constexpr int kMaxNameCharacters = 50;
constexpr size_t kMaxInitials = 20;

bool AsksExternalId(const v1::SearchPersonsRequest& request) {
  return !request.system().empty() || !request.external_id().empty();
}

int QueriesOf(const v1::SearchPersonsRequest& request) {
  return !request.display_name().empty() + !request.initials().empty() +
         !request.id_number().empty() + AsksExternalId(request);
}

// The form of a search that is not by ID number.
absl::Status CheckQuery(const v1::SearchPersonsRequest& request) {
  const int queries = QueriesOf(request);
  if (queries == 0) {
    return Malformed("display_name", "QUERY_REQUIRED",
                     "请填写要查找的姓名、姓名首字母、公民身份号码或外部编号中的一项");
  }
  if (queries > 1) {
    return Malformed("display_name", "QUERY_NOT_ONE",
                     "姓名、姓名首字母、公民身份号码和外部编号只能填写一项，请分次查找");
  }
  if (!request.display_name().empty() && !IsLine(request.display_name(), 1, kMaxNameCharacters)) {
    return Malformed("display_name", "DISPLAY_NAME_INVALID", "姓名须为 1–50 个字符");
  }
  const std::string& initials = request.initials();
  if (initials.size() > kMaxInitials ||
      !std::all_of(initials.begin(), initials.end(), absl::ascii_isalpha)) {
    return Malformed("initials", "INITIALS_INVALID", "姓名首字母须为 1–20 个拉丁字母");
  }
  std::vector<Violation> wrong;
  if (AsksExternalId(request)) {
    CheckExternalIdForm(request.system(), request.external_id(), "external_id", wrong);
  }
  return wrong.empty() ? absl::OkStatus() : Malformed(wrong);
}

absl::Status CheckRoot(const SharedOrgTree& tree, const std::string& root) {
  if (root.empty()) return absl::OkStatus();
  const std::optional<std::string> id = IdOf(kOrganisations, root);
  return id && tree.Knows(*id) ? absl::OkStatus() : NotFound(root);
}

// Whoever may look for an ID number learns whether it is somebody's: those who may read one.
absl::Status RequireMayReveal(const Call& call) {
  const auto* reveal = v1::RevealPersonRequest::descriptor();
  const auto* privacy = reveal->file()->service(0);
  for (int i = 0; i < privacy->method_count(); ++i) {
    if (privacy->method(i)->input_type() != reveal) continue;
    const auto& allowed =
        privacy->method(i)->options().GetExtension(policy::v1::method_policy).roles();
    for (const int role : call.principal().roles()) {
      if (std::find(allowed.begin(), allowed.end(), role) != allowed.end()) return absl::OkStatus();
    }
  }
  return Failure(absl::StatusCode::kPermissionDenied, "ROLE_NOT_ALLOWED",
                 "按公民身份号码查找须有查阅完整个人信息的角色；请按姓名查找，或请有权的人员办理");
}

}  // namespace

bool Persons::IsByIdNumber(const v1::SearchPersonsRequest& request) {
  return !request.id_number().empty() && QueriesOf(request) == 1;
}

absl::StatusOr<std::optional<v1::Person>> Persons::Found(Call& call,
                                                         const v1::SearchPersonsRequest& request,
                                                         absl::CivilDay day, const Reader& reader,
                                                         const std::string& id) const {
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<rows::PersonRow> row, FindPerson(reader, id));
  if (!row) return absl::DataLossError("an index names nobody");
  const std::string kept_by = KeptBy(row->affiliations(), day);
  if (!row->merged_into().empty() || kept_by.empty() || DayFromNumber(row->registered_on()) > day) {
    return std::nullopt;
  }
  const std::string root = IdOf(kOrganisations, request.root()).value_or("");
  if (!root.empty() && !tree_.Within(kept_by, root, request.line(), day)) return std::nullopt;
  // As in FindVisiblePerson: who keeps the person, or kept the person on that day.
  if (!call.RequireScope(NameOf(kOrganisations, kept_by)).ok() &&
      !call.RequireScope(NameOf(kOrganisations, row->organisation_id())).ok()) {
    return std::nullopt;
  }
  return PersonOn(keys_, fact_rules_, id, *row, day);
}

absl::Status Persons::Search(Call& call, const v1::SearchPersonsRequest& request, const Reader&,
                             v1::SearchPersonsResponse* response) const {
  ZHIBU_RETURN_IF_ERROR(CheckQuery(request));
  ZHIBU_RETURN_IF_ERROR(CheckRoot(tree_, request.root()));
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  const bool external = AsksExternalId(request);
  const Key called_so = external ? ExternalIdKey(request.system(), request.external_id())
                        : request.initials().empty()
                            ? NamesakesKey(keys_, request.display_name())
                            : InitialsKey(keys_, absl::AsciiStrToLower(request.initials()));
  const auto has_it_then = [&](const v1::Person& person) {
    return std::any_of(person.external_ids().begin(), person.external_ids().end(),
                       [&](const type::v1::ExternalId& one) {
                         return one.system() == request.system() &&
                                one.id() == request.external_id() && HoldsOn(one, day);
                       });
  };
  const auto make = [&](absl::string_view key,
                        absl::string_view) -> absl::StatusOr<std::optional<v1::Person>> {
    // What follows the beginning.
    KeyParts parts(key);
    for (int i = 0; i < (external ? 2 : 1); ++i) parts.Text();
    ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Person> person,
                           Found(call, request, day, *page.snapshot, parts.Text().value_or("")));
    if (person && external && !has_it_then(*person)) return std::nullopt;
    return person;
  };
  return FillPage(pages_, page, {Under(called_so)}, response, response->mutable_persons(), make);
}

absl::Status Persons::SearchByIdNumber(Call& call, const v1::SearchPersonsRequest& request,
                                       Txn& txn, v1::SearchPersonsResponse* response) const {
  ZHIBU_RETURN_IF_ERROR(RequireMayReveal(call));
  std::vector<Violation> wrong;
  const auto number = ParseIdNumber(request.id_number());
  if (!number.ok()) {
    wrong.push_back(Because("ID_NUMBER_INVALID", "id_number",
                            "公民身份号码不正确：须为 18 位，出生日期真实存在，校验码相符"));
  }
  CheckReading(request.purpose(), request.reference(), wrong);
  if (!wrong.empty()) return Malformed(wrong);
  ZHIBU_RETURN_IF_ERROR(CheckRoot(tree_, request.root()));
  ZHIBU_ASSIGN_OR_RETURN(const absl::CivilDay day, call.AsOf(request));
  // One person at most: there is no second page, so that no token is right.
  ZHIBU_RETURN_IF_ERROR(pages_.Open(request, call.caller()).status());
  ZHIBU_ASSIGN_OR_RETURN(const std::optional<std::string> owner,
                         OwnerOfIdNumber(txn, keys_, number->number));
  v1::PersonSearched event;
  if (owner) {
    ZHIBU_ASSIGN_OR_RETURN(std::optional<v1::Person> person,
                           Found(call, request, day, txn, *owner));
    if (person) {
      event.set_found(person->name());
      *response->add_persons() = *std::move(person);
    }
  }
  event.set_purpose(request.purpose());
  event.set_reference(request.reference());
  event.set_actor(call.principal().name());
  event.mutable_searched_at()->set_seconds(absl::ToUnixSeconds(txn.now()));
  return tables_.Record(txn, event);
}

}  // namespace zhibu::membership
