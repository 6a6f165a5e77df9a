// Page tokens: none is accepted but the one that was issued, for the query it was issued for.
#include <string>

#include "absl/strings/escaping.h"
#include "common/rpc/paging.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/fake_clock.h"
#include "tests/support/map_store.h"
#include "zhibu/registry/v1/registry_service.pb.h"

namespace {
struct World {
  zhibu::FakeClock clock{absl::CivilDay(2026, 11, 23)};
  zhibu::MapStore store;
  zhibu::Pages pages{&store, &clock};
  std::string token = pages.NextToken(
      pages.Open(zhibu::registry::v1::ListOrganisationsRequest()).value(), "position");
};
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static World* const world = new World;
  zhibu::registry::v1::ListOrganisationsRequest request;
  const absl::string_view bytes = zhibu::Bytes(data, size);
  std::string issued;
  ZHIBU_FUZZ_CHECK(absl::WebSafeBase64Unescape(world->token, &issued));
  auto open = [&](std::string token) {
    // The same bytes may be spelt in several ways; only the spelling that was issued is accepted.
    const bool accepted = token.empty() || token == world->token;
    request.set_page_token(std::move(token));
    ZHIBU_FUZZ_CHECK(world->pages.Open(request).ok() == accepted);
  };
  // As text, as the bytes within, and as changes of the true one.
  open(std::string(bytes));
  open(absl::WebSafeBase64Escape(bytes));
  std::string changed = world->token, inner = issued;
  for (size_t i = 0; i < size && i < changed.size(); ++i) changed[i] ^= static_cast<char>(data[i]);
  for (size_t i = 0; i < size && i < inner.size(); ++i) inner[i] ^= static_cast<char>(data[i]);
  open(changed);
  open(absl::WebSafeBase64Escape(inner));
  open(world->token);
  return 0;
}
