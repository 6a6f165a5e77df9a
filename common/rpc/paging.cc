#include "common/rpc/paging.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "common/base/crypto.h"
#include "common/base/status.h"
#include "common/rpc/page_token.pb.h"
#include "common/store/feed.h"

namespace zhibu {
namespace {

constexpr size_t kMaxHeld = 64;
constexpr absl::Duration kHold = absl::Minutes(10);
constexpr size_t kMacBytes = 16;

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
    : store_(store), clock_(clock), key_(RandomBytes(32)) {}

absl::StatusOr<Page> Pages::Open(const google::protobuf::Message& request) {
  const auto* descriptor = request.GetDescriptor();
  const auto* reflection = request.GetReflection();
  Page page;
  page.query = QueryDigest(request);
  page.size = reflection->GetInt32(request, descriptor->FindFieldByName("page_size"));
  if (page.size < 0 || page.size > kMaxSize) {
    return Malformed("page_size", "PAGE_SIZE_INVALID", "page_size 须在 0–1000 之间");
  }
  if (page.size == 0) page.size = kDefaultSize;
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
  if (!SecretsEqual(mac, HmacSha256(key_, body).substr(0, kMacBytes)) ||
      !parsed.ParseFromArray(body.data(), static_cast<int>(body.size())) ||
      parsed.query() != page.query) {
    return InvalidToken();
  }
  MutexLock lock(&mutex_);
  auto it = held_.find(parsed.snapshot_id());
  if (it == held_.end()) {
    return Failure(absl::StatusCode::kAborted, "PAGE_TOKEN_EXPIRED",
                   "page_token 已过期，请从第一页重新查询");
  }
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
  token.set_position(std::string(position));
  {
    MutexLock lock(&mutex_);
    token.set_snapshot_id(page.snapshot_id != 0 ? page.snapshot_id : next_id_++);
    held_[token.snapshot_id()] =
        Held{page.snapshot, page.revision, now, page.found, page.found_size};
    ForgetOld(now);
    ForgetFound();
    while (held_.size() > kMaxHeld) {
      held_.erase(std::min_element(held_.begin(), held_.end(), [](const auto& a, const auto& b) {
        return a.second.used < b.second.used;
      }));
    }
  }
  std::string bytes = token.SerializeAsString();
  bytes += HmacSha256(key_, bytes).substr(0, kMacBytes);
  return absl::WebSafeBase64Escape(bytes);
}

}  // namespace zhibu
