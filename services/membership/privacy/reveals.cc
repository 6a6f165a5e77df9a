#include "services/membership/privacy/reveals.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/base/civil.h"
#include "common/base/status.h"
#include "common/store/table.h"
#include "services/membership/books/reading.h"
#include "services/membership/books/visible.h"
#include "services/membership/rules/forms.h"
#include "zhibu/membership/v1/events.pb.h"

namespace zhibu::membership {
namespace {

constexpr int kDefaultReseals = 500;
constexpr int kMaxReseals = 1000;

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(absl::ToUnixSeconds(time));
  return timestamp;
}

}  // namespace

absl::Status Reveals::Reveal(Call& call, const v1::RevealPersonRequest& request, Txn& txn,
                             v1::RevealPersonResponse* response) const {
  std::vector<Violation> wrong;
  CheckReading(request.purpose(), request.reference(), wrong);
  ZHIBU_ASSIGN_OR_RETURN(const VisiblePerson person,
                         FindVisiblePerson(call, txn, request.name(), "name", wrong));
  ZHIBU_ASSIGN_OR_RETURN(const rows::PersonalData data,
                         keys_.Open(request.name(), person.row.personal_data()));
  v1::PersonRevealed event;
  event.set_name(request.name());
  event.set_purpose(request.purpose());
  event.set_reference(request.reference());
  event.set_actor(call.principal().name());
  *event.mutable_read_at() = ToProto(txn.now());
  event.set_revision(txn.revision());
  ZHIBU_RETURN_IF_ERROR(tables_.Record(txn, event));
  if (request.validate_only()) return absl::OkStatus();
  response->set_display_name(data.display_name());
  response->set_id_number(data.id_number());
  if (data.has_birth()) {
    *response->mutable_birth_date() = zhibu::ToProto(DayFromNumber(data.birth()));
  }
  return absl::OkStatus();
}

absl::Status Reveals::List(Call& call, const v1::ListRevealsRequest& request, const Reader& reader,
                           v1::ListRevealsResponse* response) const {
  ZHIBU_ASSIGN_OR_RETURN(const VisiblePerson person,
                         FindVisiblePerson(call, reader, request.name(), "name", {}));
  ZHIBU_ASSIGN_OR_RETURN(const Page page, pages_.Open(request, call.caller()));
  return FillPage(
      pages_, page, {Under(Key(kRevealTable).Text(person.id))}, response,
      response->mutable_reveals(),
      [](absl::string_view, absl::string_view value) -> absl::StatusOr<std::optional<v1::Reveal>> {
        v1::PersonRevealed row;
        if (!row.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
          return absl::DataLossError("a stored row cannot be read");
        }
        v1::Reveal reveal;
        reveal.set_person(row.name());
        reveal.set_purpose(row.purpose());
        reveal.set_reference(row.reference());
        reveal.set_actor(row.actor());
        *reveal.mutable_read_at() = row.read_at();
        reveal.set_revision(row.revision());
        return reveal;
      });
}

absl::Status Reveals::Reseal(Call&, const v1::ResealPersonsRequest& request, Txn& txn,
                             v1::ResealPersonsResponse* response) const {
  if (request.limit() < 0 || request.limit() > kMaxReseals) {
    return Malformed("limit", "LIMIT_INVALID", "每批最多 1000 人");
  }
  const int limit = request.limit() == 0 ? kDefaultReseals : request.limit();
  const Key all(kPersonTable);
  const std::string from =
      request.after().empty() ? all.bytes() : PersonKey(request.after()).bytes() + '\0';
  // Found first and written afterwards: what is scanned must not change under it.
  std::vector<v1::PersonResealed> found;
  std::string last;
  absl::Status failed;
  ZHIBU_RETURN_IF_ERROR(ScanRows<rows::PersonRow>(
      txn, from, all.End(), [&](absl::string_view key, const rows::PersonRow& row) {
        if (static_cast<int>(found.size()) == limit) {
          response->set_next(last);
          return false;
        }
        last = KeyParts(key).Text().value_or("");
        if (row.personal_data().key_id() == keys_.key_id()) return true;
        v1::PersonResealed event;
        event.set_name(NameOf(kPersons, last));
        const auto data = keys_.Open(event.name(), row.personal_data());
        failed = data.status();
        if (!data.ok()) return false;
        *event.mutable_personal_data() = keys_.Seal(event.name(), *data);
        found.push_back(std::move(event));
        return true;
      }));
  ZHIBU_RETURN_IF_ERROR(failed);
  for (const v1::PersonResealed& event : found) {
    ZHIBU_RETURN_IF_ERROR(tables_.Record(txn, event));
  }
  response->set_resealed(static_cast<int32_t>(found.size()));
  response->set_key_id(keys_.key_id());
  return absl::OkStatus();
}

}  // namespace zhibu::membership
