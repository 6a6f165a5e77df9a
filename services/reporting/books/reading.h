// What every read of this service begins and ends with.
#ifndef ZHIBU_SERVICES_REPORTING_BOOKS_READING_H_
#define ZHIBU_SERVICES_REPORTING_BOOKS_READING_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/status.h"
#include "common/rpc/mirror.pb.h"
#include "common/store/store.h"
#include "google/protobuf/map.h"
#include "zhibu/type/v1/line.pb.h"

namespace zhibu::reporting {

// The services whose feeds are followed, in the order of ReportingOptions.
inline constexpr const char* kSources[] = {"registry", "membership", "activity"};

// LINE_UNSPECIFIED is LINE_SUBORDINATION.
type::v1::Line LineOf(type::v1::Line line);

// Adds NAME_INVALID where a request's root is no organisation's name.
void CheckRoot(absl::string_view root, Violations& wrong);

// The row of a root that CheckRoot found right; NOT_FOUND where there is none.
absl::StatusOr<rpc::MirroredOrganisation> FindRoot(const Reader& reader, absl::string_view root);

// How far each feed is visible in the very snapshot that the figures come from.
absl::Status FillRevisions(const Reader& reader,
                           google::protobuf::Map<std::string, int64_t>* revisions);

}  // namespace zhibu::reporting

#endif  // ZHIBU_SERVICES_REPORTING_BOOKS_READING_H_
