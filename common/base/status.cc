#include "common/base/status.h"

#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "common/base/civil.h"
#include "google/rpc/error_details.pb.h"

namespace zhibu {
namespace {

constexpr char kPayload[] = "type.googleapis.com/google.rpc.Status";
// grpc-message is percent-encoded, three bytes for each of Chinese text.
constexpr size_t kMaxMessageBytes = 600;

std::string Str(absl::string_view s) { return std::string(s); }

absl::Status WithDetails(absl::StatusCode code, absl::string_view message,
                         const google::rpc::Status& details) {
  absl::Status status(code, message);
  status.SetPayload(kPayload, absl::Cord(details.SerializeAsString()));
  return status;
}

google::rpc::Status DetailsOf(const absl::Status& status) {
  google::rpc::Status details;
  if (auto payload = status.GetPayload(kPayload)) {
    details.ParseFromString(std::string(*payload));
  }
  return details;
}

google::rpc::ErrorInfo Info(absl::string_view reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(Str(reason));
  return info;
}

void AddInfo(google::rpc::Status& details, const google::rpc::ErrorInfo& info,
             absl::string_view message) {
  details.add_details()->PackFrom(info);
  google::rpc::LocalizedMessage localized;
  localized.set_locale("zh-CN");
  localized.set_message(Str(message));
  details.add_details()->PackFrom(localized);
}

// What gRPC shows when nobody reads the details: every message, one after the other.
std::string Joined(const std::vector<Violation>& violations) {
  std::string text;
  for (const Violation& violation : violations) {
    absl::StrAppend(&text, text.empty() ? "" : "；", violation.message);
    if (text.size() > kMaxMessageBytes) break;
  }
  return text;
}

// ErrorInfo of the first violation, the joined message, and all violations as Findings.
google::rpc::Status DetailsFor(const std::vector<Violation>& violations,
                               absl::string_view message) {
  google::rpc::Status details;
  const Violation& first = violations.front();
  google::rpc::ErrorInfo info = Info(first.reason);
  auto& metadata = *info.mutable_metadata();
  if (!first.code.empty()) metadata["code"] = first.code;
  if (!first.citation.document().empty()) {
    metadata["document"] = first.citation.document();
    metadata["article"] = first.citation.article();
    metadata["mark"] = type::v1::Mark_Name(first.citation.mark());
  }
  if (first.earliest) metadata["earliest"] = FormatDate(*first.earliest);
  AddInfo(details, info, message);
  type::v1::Findings findings;
  for (const Violation& violation : violations) *findings.add_findings() = ToFinding(violation);
  details.add_details()->PackFrom(findings);
  return details;
}

// Cuts `text` to at most `bytes`, not inside a character.
void CutText(std::string& text, size_t bytes) {
  if (text.size() <= bytes) return;
  while (bytes > 0 && (text[bytes] & 0xC0) == 0x80) --bytes;
  text.resize(bytes);
  text += "…";
}

// Keeps the first `keep` violations in every list of the details, and of every text at most
// `text_bytes`.
google::rpc::Status Shortened(google::rpc::Status rpc, int keep, size_t text_bytes) {
  CutText(*rpc.mutable_message(), text_bytes);
  for (auto& any : *rpc.mutable_details()) {
    type::v1::Findings findings;
    google::rpc::PreconditionFailure failure;
    google::rpc::BadRequest bad;
    google::rpc::LocalizedMessage localized;
    auto cut = [keep](auto* list) {
      if (list->size() > keep) list->DeleteSubrange(keep, list->size() - keep);
    };
    if (any.UnpackTo(&findings)) {
      findings.set_omitted(findings.omitted() + std::max(0, findings.findings_size() - keep));
      cut(findings.mutable_findings());
      for (auto& f : *findings.mutable_findings()) CutText(*f.mutable_message(), text_bytes);
      any.PackFrom(findings);
    } else if (any.UnpackTo(&failure)) {
      cut(failure.mutable_violations());
      for (auto& f : *failure.mutable_violations()) CutText(*f.mutable_description(), text_bytes);
      any.PackFrom(failure);
    } else if (any.UnpackTo(&bad)) {
      cut(bad.mutable_field_violations());
      for (auto& f : *bad.mutable_field_violations()) CutText(*f.mutable_description(), text_bytes);
      any.PackFrom(bad);
    } else if (any.UnpackTo(&localized)) {
      CutText(*localized.mutable_message(), text_bytes);
      any.PackFrom(localized);
    }
  }
  return rpc;
}

// "requests[3]" or "requests[3]." before "person" → "requests[3].person".
std::string Path(absl::string_view prefix, absl::string_view subject) {
  const bool dotted = !prefix.empty() && prefix.back() == '.';
  if (prefix.empty()) return Str(subject);
  if (subject.empty()) return Str(prefix.substr(0, prefix.size() - dotted));
  return absl::StrCat(prefix, dotted || subject.front() == '[' ? "" : ".", subject);
}

// The collection of "persons/p/cases/c" is "cases"; empty for what is not a resource name.
absl::string_view CollectionOf(absl::string_view resource) {
  const size_t end = resource.rfind('/');
  if (end == absl::string_view::npos) return "";
  const absl::string_view above = resource.substr(0, end);
  const size_t begin = above.rfind('/');
  return begin == absl::string_view::npos ? above : above.substr(begin + 1);
}

absl::Status OfResource(absl::StatusCode code, absl::string_view reason, absl::string_view resource,
                        absl::string_view subject, absl::string_view message) {
  google::rpc::Status details =
      DetailsFor({Unmet(reason, subject.empty() ? resource : subject, message)}, message);
  google::rpc::ResourceInfo info;
  info.set_resource_type(Str(CollectionOf(resource)));
  info.set_resource_name(Str(resource));
  details.add_details()->PackFrom(info);
  return WithDetails(code, message, details);
}

absl::Status Stale(absl::string_view resource, absl::string_view field) {
  return OfResource(absl::StatusCode::kAborted, "ETAG_STALE", resource, field,
                    absl::StrCat("记录已被他人修改，请重新读取后再提交：", resource));
}

}  // namespace

Violation Unmet(absl::string_view reason, absl::string_view subject, absl::string_view message) {
  return {Str(reason), Str(subject), Str(message), "", {}, std::nullopt};
}

Violation& Violations::Add(absl::string_view reason, absl::string_view subject,
                           absl::string_view message) {
  return Add(Unmet(reason, Path(prefix_, subject), message));
}

Violation& Violations::Add(Violation violation) { return list_.emplace_back(std::move(violation)); }

void Violations::Append(std::vector<Violation> others) {
  for (Violation& other : others) list_.push_back(std::move(other));
}

void Violations::AppendAt(absl::string_view prefix, std::vector<Violation> others) {
  for (Violation& other : others) {
    other.subject = Path(prefix, other.subject);
    list_.push_back(std::move(other));
  }
}

absl::Status Violations::MalformedUnlessEmpty() const {
  return empty() ? absl::OkStatus() : Malformed(list_);
}

absl::Status Violations::RefusedUnlessEmpty() const {
  return empty() ? absl::OkStatus() : Refused(list_);
}

type::v1::Finding ToFinding(const Violation& violation) {
  type::v1::Finding finding;
  finding.set_code(violation.code);
  finding.set_reason(violation.reason);
  finding.set_subject(violation.subject);
  finding.set_message(violation.message);
  if (!violation.citation.document().empty()) *finding.mutable_citation() = violation.citation;
  if (violation.earliest) *finding.mutable_earliest() = ToProto(*violation.earliest);
  return finding;
}

absl::Status Malformed(const std::vector<Violation>& violations) {
  const std::string message = Joined(violations);
  google::rpc::Status details = DetailsFor(violations, message);
  google::rpc::BadRequest bad;
  for (const Violation& violation : violations) {
    auto* field = bad.add_field_violations();
    field->set_field(violation.subject);
    field->set_description(absl::StrCat(violation.reason, ": ", violation.message));
  }
  details.add_details()->PackFrom(bad);
  return WithDetails(absl::StatusCode::kInvalidArgument, message, details);
}

absl::Status Malformed(absl::string_view field, absl::string_view reason,
                       absl::string_view message) {
  return Malformed({Unmet(reason, field, message)});
}

absl::Status Refused(const std::vector<Violation>& violations) {
  const std::string message = Joined(violations);
  google::rpc::Status details = DetailsFor(violations, message);
  google::rpc::PreconditionFailure failure;
  for (const Violation& violation : violations) {
    auto* unmet = failure.add_violations();
    unmet->set_type(violation.reason);
    unmet->set_subject(violation.subject);
    unmet->set_description(violation.message);
  }
  details.add_details()->PackFrom(failure);
  return WithDetails(absl::StatusCode::kFailedPrecondition, message, details);
}

absl::Status Refused(absl::string_view subject, absl::string_view reason,
                     absl::string_view message) {
  return Refused({Unmet(reason, subject, message)});
}

absl::Status Failure(absl::StatusCode code, absl::string_view reason, absl::string_view message) {
  google::rpc::Status details;
  AddInfo(details, Info(reason), message);
  return WithDetails(code, message, details);
}

absl::Status NotFound(absl::string_view resource, absl::string_view subject) {
  return OfResource(absl::StatusCode::kNotFound, "NOT_FOUND", resource, subject,
                    absl::StrCat("没有这条记录，或无权查看：", resource));
}

absl::Status AlreadyExists(absl::string_view resource, absl::string_view reason,
                           absl::string_view subject) {
  return OfResource(absl::StatusCode::kAlreadyExists, reason, resource, subject,
                    absl::StrCat("记录已经存在：", resource));
}

absl::Status StaleEtag(absl::string_view resource) { return Stale(resource, "etag"); }

absl::Status RequireEtag(absl::string_view given, std::optional<int64_t> version,
                         absl::string_view resource, absl::string_view field) {
  if (!version) return given.empty() ? absl::OkStatus() : Stale(resource, field);
  Violations wrong;
  RequireEtagGiven(given, wrong, field);
  ZHIBU_RETURN_IF_ERROR(wrong.MalformedUnlessEmpty());
  return given == absl::StrCat(*version) ? absl::OkStatus() : Stale(resource, field);
}

void RequireEtagGiven(absl::string_view given, Violations& wrong, absl::string_view field) {
  wrong.Require(!given.empty(), "ETAG_REQUIRED", field, "修改时必须填写最近一次读取到的 etag");
}

absl::Status RetryLater(absl::StatusCode code, absl::string_view reason, absl::string_view message,
                        int milliseconds) {
  google::rpc::Status details;
  AddInfo(details, Info(reason), message);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(milliseconds / 1000);
  retry.mutable_retry_delay()->set_nanos(milliseconds % 1000 * 1000000);
  details.add_details()->PackFrom(retry);
  return WithDetails(code, message, details);
}

std::string ReasonOf(const absl::Status& status) {
  const google::rpc::Status details = DetailsOf(status);
  for (const auto& any : details.details()) {
    google::rpc::ErrorInfo info;
    if (any.UnpackTo(&info)) return info.reason();
  }
  return "";
}

std::vector<type::v1::Finding> FindingsOf(const absl::Status& status) {
  const google::rpc::Status details = DetailsOf(status);
  for (const auto& any : details.details()) {
    type::v1::Findings findings;
    if (any.UnpackTo(&findings)) {
      return {findings.findings().begin(), findings.findings().end()};
    }
  }
  return {};
}

std::vector<std::string> ReasonsOf(const absl::Status& status) {
  std::vector<std::string> reasons;
  for (const type::v1::Finding& finding : FindingsOf(status)) reasons.push_back(finding.reason());
  if (reasons.empty() && !ReasonOf(status).empty()) reasons.push_back(ReasonOf(status));
  return reasons;
}

google::rpc::Status ToRpcStatus(const absl::Status& status, absl::string_view service,
                                size_t max_bytes) {
  google::rpc::Status rpc = DetailsOf(status);
  rpc.set_code(static_cast<int>(status.code()));
  rpc.set_message(std::string(status.message()));
  CutText(*rpc.mutable_message(), kMaxMessageBytes);
  for (auto& any : *rpc.mutable_details()) {
    google::rpc::ErrorInfo info;
    if (any.UnpackTo(&info)) {
      info.set_domain(absl::StrCat(service, ".zhibu"));
      any.PackFrom(info);
    }
  }
  if (rpc.ByteSizeLong() <= max_bytes) return rpc;
  // Halving is enough: the point is to fit, not to fit exactly. First fewer findings, then shorter
  // texts; where even those of one finding are too long, the reason alone.
  int keep = static_cast<int>(FindingsOf(status).size());
  size_t text_bytes = kMaxMessageBytes;
  google::rpc::Status shorter = Shortened(rpc, keep, text_bytes);
  while (shorter.ByteSizeLong() > max_bytes && text_bytes > 16) {
    if (keep > 1) {
      keep /= 2;
    } else {
      text_bytes /= 2;
    }
    shorter = Shortened(rpc, keep, text_bytes);
  }
  if (shorter.ByteSizeLong() > max_bytes) {
    shorter.clear_details();
    google::rpc::ErrorInfo info = Info(ReasonOf(status));
    info.set_domain(absl::StrCat(service, ".zhibu"));
    shorter.add_details()->PackFrom(info);
  }
  return shorter;
}

absl::Status FromRpcStatus(const google::rpc::Status& status) {
  return WithDetails(static_cast<absl::StatusCode>(status.code()), status.message(), status);
}

}  // namespace zhibu
