#include "common/rpc/paging.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/escaping.h"
#include "common/base/crypto.h"
#include "common/base/status.h"
#include "common/rpc/page_token.pb.h"
#include "common/store/feed.h"

namespace zhibu {
namespace {

constexpr absl::Duration kHold = absl::Minutes(10);
constexpr size_t kMacBytes = 16;

absl::Status Expired() {
  return Failure(absl::StatusCode::kAborted, "PAGE_TOKEN_EXPIRED",
                 "page_token 已过期，请从第一页重新查询");
}

uint64_t RandomNumber() {
  uint64_t number;
  std::memcpy(&number, RandomBytes(sizeof(number)).data(), sizeof(number));
  return number;
}

absl::Status InvalidToken() {
  return Malformed("page_token", "PAGE_TOKEN_INVALID", "page_token 无效，或不属于这个查询");
}

// What the request asks, apart from where to go on.
std::string QueryDigest(const google::protobuf::Message& request) {
  const std::unique_ptr<google::protobuf::Message> query(request.New());
  query->CopyFrom(request);
  for (const char* name : {"page_token", "page_size", "at_least"}) {
    if (const auto* field = query->GetDescriptor()->FindFieldByName(name)) {
      query->GetReflection()->ClearField(query.get(), field);
    }
  }
  return Sha256({query->GetTypeName(), query->SerializeAsString()}).substr(0, 16);
}

}  // namespace

Pages::Pages(const Store* store, const Clock* clock)
    : store_(store), clock_(clock), key_(RandomBytes(32)), process_(RandomNumber()) {}

absl::StatusOr<Page> Pages::Open(const google::protobuf::Message& request,
                                 absl::string_view caller) {
  const auto* descriptor = request.GetDescriptor();
  const auto* reflection = request.GetReflection();
  Page page;
  page.query = QueryDigest(request);
  page.size = reflection->GetInt32(request, descriptor->FindFieldByName("page_size"));
  if (page.size < 0) {
    return Malformed("page_size", "PAGE_SIZE_INVALID",
                     "page_size 不能为负；0 表示 100，超过 1000 按 1000");
  }
  page.size = page.size == 0 ? kDefaultSize : std::min(page.size, kMaxSize);
  page.caller = std::string(caller);
  const std::string token =
      reflection->GetString(request, descriptor->FindFieldByName("page_token"));
  const absl::Time now = clock_->Now();
  {
    MutexLock lock(&mutex_);
    ForgetOld(now);
  }
  if (token.empty()) {
    page.snapshot = store_->TakeSnapshot();
    ZHIBU_ASSIGN_OR_RETURN(page.revision, JournalRevision(*page.snapshot));
    return page;
  }
  std::string bytes;
  rpc::PageToken parsed;
  // Written back, since base64 leaves bits in the last character that decode to nothing.
  if (!absl::WebSafeBase64Unescape(token, &bytes) || bytes.size() < kMacBytes ||
      absl::WebSafeBase64Escape(bytes) != token) {
    return InvalidToken();
  }
  const absl::string_view body(bytes.data(), bytes.size() - kMacBytes);
  const absl::string_view mac(bytes.data() + body.size(), kMacBytes);
  if (!parsed.ParseFromArray(body.data(), static_cast<int>(body.size())) ||
      parsed.query() != page.query) {
    return InvalidToken();
  }
  // Of a process before this one, whose key is gone and whose snapshots are: nothing wrong was
  // asked. Nothing is read of such a token, so it does not matter who wrote it.
  if (parsed.process() != process_) return Expired();
  if (!SecretsEqual(mac, HmacSha256(key_, body).substr(0, kMacBytes))) return InvalidToken();
  MutexLock lock(&mutex_);
  auto it = held_.find(parsed.snapshot_id());
  if (it == held_.end()) return Expired();
  it->second.used = now;
  page.snapshot_id = parsed.snapshot_id();
  page.snapshot = it->second.snapshot;
  page.revision = it->second.revision;
  page.found = it->second.found;
  page.found_size = it->second.found_size;
  page.position = parsed.position();
  return page;
}

void Pages::ForgetOld(absl::Time now) {
  for (auto it = held_.begin(); it != held_.end();) {
    it = it->second.used + kHold < now ? held_.erase(it) : std::next(it);
  }
}

void Pages::ForgetIdlest(const std::string& caller) {
  auto idlest = held_.end();
  for (auto it = held_.begin(); it != held_.end(); ++it) {
    if (it->second.caller != caller) continue;
    if (idlest == held_.end() || it->second.used < idlest->second.used) idlest = it;
  }
  held_.erase(idlest);
}

void Pages::MakeRoom(const std::string& caller) {
  std::map<absl::string_view, size_t> holds;
  for (const auto& [id, held] : held_) ++holds[held.caller];
  if (holds[caller] > kMaxHeldByCaller) {
    ForgetIdlest(caller);
  } else if (held_.size() > kMaxHeld) {
    const auto most =
        std::max_element(holds.begin(), holds.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    ForgetIdlest(std::string(most->first));
  }
}

void Pages::ForgetFound() {
  size_t kept = 0;
  for (const auto& [id, held] : held_) kept += held.found_size;
  while (kept > kMaxFound) {
    Held* oldest = nullptr;
    for (auto& [id, held] : held_) {
      if (held.found != nullptr && (oldest == nullptr || held.used < oldest->used)) oldest = &held;
    }
    kept -= oldest->found_size;
    oldest->found = nullptr;
    oldest->found_size = 0;
  }
}

std::string Pages::NextToken(const Page& page, absl::string_view position) {
  const absl::Time now = clock_->Now();
  rpc::PageToken token;
  token.set_query(page.query);
  token.set_process(process_);
  token.set_position(std::string(position));
  {
    MutexLock lock(&mutex_);
    token.set_snapshot_id(page.snapshot_id != 0 ? page.snapshot_id : next_id_++);
    held_[token.snapshot_id()] =
        Held{page.snapshot, page.revision, now, page.found, page.found_size, page.caller};
    ForgetOld(now);
    ForgetFound();
    // At most one was added.
    MakeRoom(page.caller);
  }
  std::string bytes = token.SerializeAsString();
  bytes += HmacSha256(key_, bytes).substr(0, kMacBytes);
  return absl::WebSafeBase64Escape(bytes);
}

}  // namespace zhibu
