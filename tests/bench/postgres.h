// PostgreSQL beside us: a server of its own in a folder, and the same transaction by pgbench.
#ifndef ZHIBU_TESTS_BENCH_POSTGRES_H_
#define ZHIBU_TESTS_BENCH_POSTGRES_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace zhibu::bench {

// A cluster under `folder`, durable as by default (fsync, synchronous_commit), listening on
// loopback. Stopped and left on the disk when destroyed.
class Postgres {
 public:
  // UNAVAILABLE, saying why, where it is not installed or does not start.
  static absl::StatusOr<std::unique_ptr<Postgres>> Start(const std::string& folder);
  ~Postgres();

  // Steps a second: select for update, update, two inserts, commit, by prepared statements, with
  // `clients` at once on distinct cases.
  absl::StatusOr<double> Steps(int clients, int seconds);

 private:
  Postgres(std::string folder, int port) : folder_(std::move(folder)), port_(port) {}
  const std::string folder_;
  const int port_;
};

}  // namespace zhibu::bench

#endif  // ZHIBU_TESTS_BENCH_POSTGRES_H_
