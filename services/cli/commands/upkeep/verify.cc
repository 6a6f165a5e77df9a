#include "services/cli/commands/upkeep/verify.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/status.h"
#include "common/rpc/client.h"
#include "common/rpc/wire_status.h"
#include "common/store/feed.h"
#include "common/store/rocks_store.h"
#include "zhibu/feed/v1/feed.grpc.pb.h"

namespace zhibu::cli {
namespace {

namespace fs = std::filesystem;

// Whether a store's files are here. CURRENT may be what is damaged, so its absence does not settle
// it.
bool IsStore(const fs::path& folder) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (name == "CURRENT" || name == "IDENTITY" || absl::StartsWith(name, "MANIFEST-")) return true;
  }
  return false;
}

// A store in a folder named like a service must be that service's.
std::string ServiceOf(const std::string& folder_name) {
  static const char* const kServices[] = {"registry", "membership", "activity", "reporting"};
  const bool known =
      std::find(std::begin(kServices), std::end(kServices), folder_name) != std::end(kServices);
  return known ? folder_name : "";
}

JournalCheck VerifyOnce(const fs::path& folder) {
  JournalCheck check;
  check.journal = folder.string();
  RocksOptions options;
  options.read_only = true;
  auto store = OpenRocksStore(folder.string(), ServiceOf(folder.filename().string()), options);
  if (!store.ok()) {
    check.status = store.status();
    return check;
  }
  feed::v1::Record last_good;
  check.status = VerifyJournal(*(*store)->TakeSnapshot(), &last_good);
  check.verified = last_good.revision();
  if (absl::IsDataLoss(check.status)) check.damaged_revision = last_good.revision() + 1;
  return check;
}

// A service that runs may tidy up files while they are being read: then they are read again.
JournalCheck VerifyStore(const fs::path& folder) {
  constexpr int kAttempts = 3;
  std::error_code error;
  if (!fs::exists(folder / "CURRENT", error)) {
    JournalCheck check;
    check.journal = folder.string();
    check.status = absl::DataLossError("数据目录损坏：缺少文件 CURRENT；请从备份恢复");
    return check;
  }
  JournalCheck check = VerifyOnce(folder);
  for (int i = 1; i < kAttempts && absl::IsUnavailable(check.status); ++i) {
    check = VerifyOnce(folder);
  }
  return check;
}

JournalCheck VerifyService(Session& session, const Endpoint& endpoint, const std::string& token,
                           absl::Duration timeout) {
  JournalCheck check;
  check.journal = endpoint.name;
  grpc::ClientContext context;
  PrepareContext(context, token, timeout);
  feed::v1::WatchRequest request;
  request.set_stop_at_head(true);
  feed::v1::FeedService::Stub stub(endpoint.channel);
  const auto reader = stub.Watch(&context, request);
  feed::v1::Record previous;
  previous.set_hash(NoHash());
  feed::v1::WatchResponse response;
  while (check.status.ok() && reader->Read(&response)) {
    for (feed::v1::Record& record : *response.mutable_records()) {
      check.status = CheckLink(previous, record);
      if (!check.status.ok()) break;
      previous = std::move(record);
    }
  }
  if (!check.status.ok()) context.TryCancel();
  const absl::Status ended = FromGrpcStatus(reader->Finish());
  if (check.status.ok()) check.status = session.Explained(endpoint, ended);
  check.verified = previous.revision();
  if (absl::IsDataLoss(check.status)) check.damaged_revision = previous.revision() + 1;
  return check;
}

}  // namespace

absl::StatusOr<std::vector<JournalCheck>> VerifyFolder(const std::string& folder) {
  std::vector<fs::path> stores;
  std::error_code error;
  if (IsStore(folder)) stores.push_back(folder);
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_directory(error) && IsStore(entry.path())) stores.push_back(entry.path());
  }
  if (stores.empty()) {
    return absl::InvalidArgumentError(absl::StrCat("这个目录下没有数据目录：", folder));
  }
  std::sort(stores.begin(), stores.end());
  std::vector<JournalCheck> checks;
  for (const fs::path& store : stores) checks.push_back(VerifyStore(store));
  return checks;
}

std::vector<JournalCheck> VerifyServices(Session& session, absl::Duration timeout) {
  std::vector<JournalCheck> checks;
  const auto token = session.Token();
  for (const Endpoint& endpoint : session.endpoints()) {
    checks.push_back(VerifyService(session, endpoint, token.value_or(""), timeout));
  }
  return checks;
}

}  // namespace zhibu::cli
