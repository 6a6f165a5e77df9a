#include "services/cli/generate/generate.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "services/cli/generate/counties.h"
#include "services/cli/generate/writer.h"

namespace zhibu::cli {
namespace {

absl::Status Check(const GenerateOptions& options) {
  if (options.today < absl::CivilDay(2020, 1, 1) || options.today > absl::CivilDay(2100, 12, 31)) {
    return absl::InvalidArgumentError("日期须在2020年至2100年之间");
  }
  if (options.members < 1 || options.members > 5'000'000) {
    return absl::InvalidArgumentError("党员人数须在1至5000000之间");
  }
  if (options.branch_members < 8 || options.branch_members > 50) {
    return absl::InvalidArgumentError("每个支部的人数须在8至50之间");
  }
  if (options.activity_months < 0 || options.activity_months > 60) {
    return absl::InvalidArgumentError("活动月数须在0至60之间");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ParseCountyKind(absl::string_view text, CountyKind* kind) {
  if (text == "r1") {
    *kind = CountyKind::kR1;
  } else if (text == "r2") {
    *kind = CountyKind::kR2;
  } else if (text == "county") {
    *kind = CountyKind::kCounty;
  } else if (text == "province") {
    *kind = CountyKind::kProvince;
  } else {
    return absl::InvalidArgumentError("只能是 r1、r2、county 或 province");
  }
  return absl::OkStatus();
}

absl::Status GenerateCounty(const GenerateOptions& options, const std::string& folder,
                            GenerateSummary* summary) {
  ZHIBU_RETURN_IF_ERROR(Check(options));
  ZHIBU_ASSIGN_OR_RETURN(const std::unique_ptr<FolderWriter> writer, FolderWriter::Create(folder));
  CountyBuilder county(writer.get(), options.seed, options.today);
  *summary = GenerateSummary();
  switch (options.kind) {
    case CountyKind::kR1:
      summary->root = BuildR1(county, options);
      break;
    case CountyKind::kR2:
      summary->root = BuildR2(county, options);
      break;
    case CountyKind::kCounty:
      summary->root = BuildCounty(county, options);
      break;
    case CountyKind::kProvince:
      summary->root = BuildProvince(county, options);
      break;
  }
  summary->organisations = writer->rows(FileKind::kOrganisations);
  summary->institutions = writer->rows(FileKind::kInstitutions);
  summary->posts = writer->rows(FileKind::kPosts);
  summary->persons = writer->rows(FileKind::kPersons);
  summary->steps = writer->rows(FileKind::kSteps);
  summary->activities = writer->rows(FileKind::kActivities);
  return writer->Close();
}

}  // namespace zhibu::cli
