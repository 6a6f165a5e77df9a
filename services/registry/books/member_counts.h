// How many members an organisation or institution has, from the membership feed: what thresholds,
// blockers and gaps are judged by. As far as the feed was heard; of persons nothing is kept but
// where they are and their stage.
#ifndef ZHIBU_SERVICES_REGISTRY_BOOKS_MEMBER_COUNTS_H_
#define ZHIBU_SERVICES_REGISTRY_BOOKS_MEMBER_COUNTS_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/store/store.h"
#include "common/store/txn.h"
#include "google/protobuf/any.pb.h"
#include "services/registry/books/member_rows.pb.h"

namespace zhibu::registry {

// By id; zeros where nothing was heard.
absl::StatusOr<rows::MemberCountRow> CountsOf(const Reader& reader,
                                              absl::string_view organisation_id);
absl::StatusOr<rows::MemberCountRow> CountsAtInstitution(const Reader& reader,
                                                         absl::string_view institution_id);

// Applies one event of the membership feed; events about something else are passed over. `changed`
// is told of every organisation whose counts changed.
absl::Status ApplyMembership(Txn& txn, const google::protobuf::Any& event,
                             absl::FunctionRef<absl::Status(absl::string_view)> changed);

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_BOOKS_MEMBER_COUNTS_H_
