// The registry and the membership service with enough in them to be measured.
#ifndef ZHIBU_TESTS_BENCH_FIXTURE_H_
#define ZHIBU_TESTS_BENCH_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/bench/load.h"
#include "tests/support/suite.h"
#include "zhibu/feed/v1/feed.grpc.pb.h"
#include "zhibu/membership/v1/membership_service.grpc.pb.h"

namespace zhibu::bench {

// Calls on the real programs, one for each place in flight. A place has cases of its own, so that
// no two calls in flight change the same case.
class Fixture {
 public:
  // Starts the two services in `folder` and records `places` × 16 cases up to step 5 through the
  // public API.
  static absl::StatusOr<std::unique_ptr<Fixture>> Create(const std::string& bin,
                                                         const std::string& folder, int places);

  // The empty RPC of the membership server: grpc.health.v1.Health/Check, which neither reads nor
  // judges and has no policy.
  StartCall Empty();
  // GetPerson: identity, policy, one row, decryption, masking.
  StartCall PointRead();
  // RecordStep of step 6: identity, policy, idempotency, row, judgement, row, index, event with
  // hash, answer, fsync.
  StartCall Step();
  // Four reads to one step.
  StartCall Mixed();

  Suite& suite() { return suite_; }
  feed::v1::FeedService::Stub& feed() { return *feed_; }
  const std::string& token() const { return token_; }

 private:
  Fixture(const std::string& bin, const std::string& folder) : suite_(bin, folder) {}
  absl::Status Fill(int places);

  struct Case {
    std::string person, name, etag;
  };
  Suite suite_;
  std::string token_;
  std::vector<std::vector<Case>> cases_;  // by place
  std::vector<int64_t> counts_;           // by place: calls so far
  std::string run_id_;                    // makes request ids of this process unlike any other's
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::unique_ptr<feed::v1::FeedService::Stub> feed_;
  std::vector<std::unique_ptr<grpc::health::v1::Health::Stub>> health_;
  std::vector<std::unique_ptr<membership::v1::MembershipService::Stub>> membership_;
};

}  // namespace zhibu::bench

#endif  // ZHIBU_TESTS_BENCH_FIXTURE_H_
