// What the bodies of all three resources do alike with a request.
#ifndef ZHIBU_SERVICES_REGISTRY_BOOKS_REQUEST_H_
#define ZHIBU_SERVICES_REGISTRY_BOOKS_REQUEST_H_

#include <initializer_list>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/base/status.h"
#include "common/rpc/correction.h"
#include "services/registry/rules/forms.h"

namespace zhibu::registry {

// Most rows of a batch.
inline constexpr int kMaxBatch = 2000;

// What was found wrong, over all rows of a request.
struct Verdict {
  Violations form, refused;
  // Ids of rows that were not stored, so that nothing is held against those that build on them.
  std::set<std::string> undecided;

  bool ok() const { return form.empty() && refused.empty(); }
  // INVALID_ARGUMENT where any row is malformed, else FAILED_PRECONDITION; every violation of every
  // row either way.
  absl::Status status() const {
    if (ok()) return absl::OkStatus();
    if (form.empty()) return Refused(refused);
    Violations all = form;
    all.insert(all.end(), refused.begin(), refused.end());
    return Malformed(all);
  }
};

// The verdict on a create of one row: ALREADY_EXISTS goes before any other refusal.
inline absl::Status OneRow(const Verdict& verdict, absl::string_view name,
                           absl::string_view exists) {
  for (const Violation& violation : verdict.refused) {
    if (violation.reason == exists) return AlreadyExists(name, exists);
  }
  return verdict.status();
}

inline absl::Status CheckBatchSize(int rows) {
  if (rows >= 1 && rows <= kMaxBatch) return absl::OkStatus();
  return Malformed("requests", "BATCH_SIZE_INVALID",
                   absl::StrCat("一批须有 1–", kMaxBatch, " 行，请分批提交"));
}

// The version, and so the etag, of what was set up.
inline constexpr int64_t kFirstVersion = 1;

// Runs `take(row, prefix, verdict)` for every row; `names` gets "{collection}/{id}", `etags` what a
// new row has. All or nothing: the transaction is undone where any row was found wrong.
template <typename Request, typename Response, typename Take>
absl::Status TakeBatch(const Request& request, Response* response, Take take) {
  ZHIBU_RETURN_IF_ERROR(CheckBatchSize(request.requests_size()));
  Verdict verdict;
  for (int i = 0; i < request.requests_size(); ++i) {
    ZHIBU_ASSIGN_OR_RETURN(std::string name,
                           take(request.requests(i), absl::StrCat("requests[", i, "]."), verdict));
    response->add_names(std::move(name));
    response->add_etags(absl::StrCat(kFirstVersion));
  }
  return verdict.status();
}

// The etag of a request against the version that is stored.
inline absl::Status CheckEtag(absl::string_view name, absl::string_view etag, int64_t version) {
  const std::string current = absl::StrCat(version);
  if (etag == current) return absl::OkStatus();
  return StaleEtag(name);
}
inline void RequireEtag(absl::string_view etag, absl::string_view at, Violations& form) {
  if (!etag.empty()) return;
  AddViolation(form, "ETAG_REQUIRED", std::string(at), "修改时必须填写读取到的 etag");
}

// The refusal of every change of what was withdrawn.
inline absl::Status AlreadyWithdrawn(absl::string_view name) {
  return Refused(name, "ALREADY_WITHDRAWN", "该条登记已误录作废，不能再改；请另行登记");
}

// The form of a correction of `given`, the request's resource in its field `at`.
template <typename Request, typename Resource>
Violations FormOfCorrection(const Request& request, const Resource& given,
                            absl::string_view collection, absl::string_view at,
                            std::initializer_list<absl::string_view> correctable) {
  Violations form;
  CheckName(collection, given.name(), absl::StrCat(at, ".name"), form);
  zhibu::Violations correction;
  RequireEtagGiven(given.etag(), correction, absl::StrCat(at, ".etag"));
  CheckCorrection(request.correction(), request.update_mask(), request.withdraw(), correctable,
                  correction);
  form.insert(form.end(), correction.begin(), correction.end());
  return form;
}

// Every path of the mask must be one of `allowed`, and there must be one.
template <typename Mask>
void CheckMask(const Mask& mask, const std::set<std::string>& allowed, Violations& form) {
  if (mask.paths().empty()) {
    AddViolation(form, "UPDATE_MASK_REQUIRED", "update_mask", "必须写明要修改的字段");
  }
  for (const std::string& path : mask.paths()) {
    if (allowed.contains(path)) continue;
    AddViolation(form, "UPDATE_MASK_INVALID", "update_mask",
                 absl::StrCat("字段 ", path, " 不存在或不能修改"));
  }
}

}  // namespace zhibu::registry

#endif  // ZHIBU_SERVICES_REGISTRY_BOOKS_REQUEST_H_
