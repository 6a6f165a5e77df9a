// How what was recorded is put right (更正) and withdrawn (误录作废): what every such command asks
// for, and how corrections are shown. One shape, as in the contracts (zhibu.type.v1.Correction).

#ifndef ZHIBU_SERVICES_CLI_PROGRAM_CORRECTING_H_
#define ZHIBU_SERVICES_CLI_PROGRAM_CORRECTING_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/crypto.h"
#include "common/base/status.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"
#include "services/cli/program/session.h"
#include "services/cli/program/titles.h"
#include "zhibu/type/v1/correction.pb.h"

namespace zhibu::cli {

// Why and by whose decision, and --validate-only.
std::vector<Option> WithdrawOptions();
// The same, and --set.
std::vector<Option> CorrectOptions();
// --file: fields that are too much to type, as JSON.
Option FieldsFileOption();
// "可以更正的字段：…", for a command's help.
std::string CorrectableText(const std::vector<std::string>& correctable);

// Fills `resource` with what --set and --file say and `mask` with their fields, which are among
// `correctable`. "FIELD=" with nothing behind it empties a field.
absl::Status SetCorrected(Context& context, const std::vector<std::string>& correctable,
                          google::protobuf::Message& resource, google::protobuf::FieldMask& mask);

// Of --reason, which is required, --authority and --document.
absl::Status FillCorrection(const Arguments& args, type::v1::Correction& correction);

// A correction of `found`, as it was just read; nothing is `correctable` where it is withdrawn.
// `resource` is the request's own.
template <typename Resource, typename Request>
absl::Status FillCorrected(Context& context, const Resource& found,
                           const std::vector<std::string>& correctable, Resource& resource,
                           Request& request) {
  resource.set_name(found.name());
  resource.set_etag(found.etag());
  request.set_request_id(RandomId());
  request.set_validate_only(context.args.Has("validate-only"));
  ZHIBU_RETURN_IF_ERROR(FillCorrection(context.args, *request.mutable_correction()));
  return SetCorrected(context, correctable, resource, *request.mutable_update_mask());
}
// "已更正：posts/p1" and the revision.
template <typename Request, typename Response>
std::string CorrectedText(const std::string& what, const Request& request,
                          const Response& response) {
  bool withdraw = false;
  if constexpr (requires { request.withdraw(); }) withdraw = request.withdraw();
  const std::string verb = withdraw ? "作废" : "更正";
  if (request.validate_only()) return "可以" + verb + "，没有写入：" + what + "\n";
  return "已" + verb + "：" + what + "\n修订号：" + std::to_string(response.revision()) + "\n";
}

using RecordedCorrections = google::protobuf::RepeatedPtrField<type::v1::RecordedCorrection>;

// Adds the organisations that decided, for Titles.
void AddAuthorities(const RecordedCorrections& corrections, std::set<std::string>& names);
// A table below an empty line and a heading; empty where nothing was put right.
std::string CorrectionsText(const RecordedCorrections& corrections, const Titles& titles,
                            int width);

}  // namespace zhibu::cli

#endif  // ZHIBU_SERVICES_CLI_PROGRAM_CORRECTING_H_
